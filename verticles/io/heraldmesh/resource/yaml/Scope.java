package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.ProblemCollector;

/**
 * What all values of one document share.
 *
 * @param strict unknown fields and nulls are errors; otherwise they are passed over, as for the
 *     kinds of Kubernetes of which only some fields are read
 */
record Scope(Origin origin, ProblemCollector problems, boolean strict) {

  Scope lenient() {
    return new Scope(origin, problems, false);
  }
}
