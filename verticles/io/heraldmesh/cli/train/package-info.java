/**
 * Makes the JVM's ahead-of-time cache that comes with the jar: a node of proxies alone is run under
 * a small load while the JVM records what it loads, links and compiles.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cli.train;
