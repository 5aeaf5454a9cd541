/** The fixtures of the SPIFFE libraries. */
@NullMarked
package io.heraldmesh.conformance.spiffe;

import org.jspecify.annotations.NullMarked;
