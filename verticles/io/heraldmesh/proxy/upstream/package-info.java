/** Connections to services and to other proxies: secure naming, pools, forwarding. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.proxy.upstream;
