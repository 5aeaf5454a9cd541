/** A node's own leaves and bundles: made, fetched, held, rotated. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.credentials;
