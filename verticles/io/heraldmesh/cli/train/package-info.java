/**
 * Makes the JVM's ahead-of-time caches that come with the jar: a node of proxies alone, and one
 * that attaches to a control plane, are run under a small load while the JVM records what it loads
 * and links.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.cli.train;
