/** The attack and bad-input cases. */
@NullMarked
package io.heraldmesh.conformance.attacks;

import org.jspecify.annotations.NullMarked;
