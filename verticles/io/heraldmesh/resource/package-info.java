/** The YAML that users write, as records in which every value knows its file, line and column. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.resource;
