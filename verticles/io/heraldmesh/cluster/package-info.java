/** Vert.x over Hazelcast. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cluster;
