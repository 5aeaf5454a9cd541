/**
 * How nodes outside of the cluster reach the control plane: one gRPC stream each, over mutual TLS.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.link;
