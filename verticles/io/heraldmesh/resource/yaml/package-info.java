/** Strict YAML 1.2 (core schema) as located nodes, and a decoder that reports what it refuses. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.resource.yaml;
