/** The authority: issues, checks and logs certificates. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.ca;
