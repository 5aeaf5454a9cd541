/** Key sets from the network: fetch, refresh, last good set. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.jwks;
