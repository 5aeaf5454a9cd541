/** The part of Go's {@code text/template} that Istio's test data is written in. */
@NullMarked
package io.heraldmesh.conformance.template;

import org.jspecify.annotations.NullMarked;
