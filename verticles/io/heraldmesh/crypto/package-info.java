/**
 * Which implementation signs, verifies and makes keys: an object handed on, never installed for the
 * whole JVM.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.crypto;
