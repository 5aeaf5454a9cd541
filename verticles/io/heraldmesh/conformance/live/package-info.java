/**
 * Corpora that need sockets: a pair of proxies on the loopback, with a recording service behind.
 */
@NullMarked
package io.heraldmesh.conformance.live;

import org.jspecify.annotations.NullMarked;
