/**
 * TLS contexts from credentials and bundles, and the internal seams of Vert.x that Herald stands
 * on.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.tls;
