package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Located;

/** One entry of a mapping whose keys the user chooses. */
public record KeyedValue(Located<String> key, Value value) {}
