/**
 * Envoy's RBAC form of policies, evaluated, and Herald's decisions on random requests held against
 * it.
 */
@NullMarked
package io.heraldmesh.conformance.envoy;

import org.jspecify.annotations.NullMarked;
