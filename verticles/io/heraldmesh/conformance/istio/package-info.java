/** Istio's own expectations and test data. */
@NullMarked
package io.heraldmesh.conformance.istio;

import org.jspecify.annotations.NullMarked;
