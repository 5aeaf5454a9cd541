/** Rules of the system's packet filter that lead calls to the proxy, and who puts them there. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.capture;
