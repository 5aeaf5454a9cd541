/**
 * What is enforced, as immutable data and pure functions. No event loop, no clock but the one
 * handed in.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.policy;
