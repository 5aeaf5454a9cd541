/**
 * Who somebody is: SPIFFE IDs, trust domains and bundles, certificate chains, and the check that
 * turns a chain into an identity.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.identity;
