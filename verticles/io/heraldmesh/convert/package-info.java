/** v1alpha1 policies as resources of the current kinds, and every place where those mean less. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.convert;
