/** What is wrong in a file, where, and what to do about it. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.resource.problem;
