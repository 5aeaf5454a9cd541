/**
 * A node: its file, and {@link io.heraldmesh.node.Node}, the one class that wires and deploys
 * roles.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.node;
