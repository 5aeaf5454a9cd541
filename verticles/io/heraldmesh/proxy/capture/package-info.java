/** What the system knows of a connection that was captured: where it was going, and whose it is. */
@NullMarked
package io.heraldmesh.proxy.capture;

import org.jspecify.annotations.NullMarked;
