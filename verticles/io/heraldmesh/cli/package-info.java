/** Commands: what each asks for, and what it prints. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cli;
