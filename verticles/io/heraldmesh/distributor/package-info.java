/** Takes resources in, compiles them per node, pushes snapshots and counts acknowledgements. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.distributor;
