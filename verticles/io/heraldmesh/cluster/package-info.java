/** Vert.x over Hazelcast between control nodes, with mutual TLS on every socket. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cluster;
