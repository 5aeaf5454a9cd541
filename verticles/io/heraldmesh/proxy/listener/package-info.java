/**
 * Accepts connections, tells protocols apart, terminates TLS, applies the peer authentication mode.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy.listener;
