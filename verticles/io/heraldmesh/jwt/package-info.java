/**
 * End-user tokens: where they are found, how they are checked, what they say. Knows no network and
 * no clock but the one handed in.
 */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.jwt;
