/** Resources to snapshots: selectors, inheritance, defaults, secure naming. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.compile;
