/** Commands, settings, and Node, the one class that wires and deploys roles. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cli;
