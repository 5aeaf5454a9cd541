package io.heraldmesh.compile;

import java.util.Map;

/**
 * Who calls, as far as DestinationRules ask.
 *
 * @param namespace empty: none that has rules of its own
 */
record Caller(String namespace, Map<String, String> labels) {
  /** Whoever has no rules of its own. */
  static final Caller ANY = new Caller("", Map.of());

  Caller {
    labels = Map.copyOf(labels);
  }

  static Caller of(MeshWorkload workload) {
    return new Caller(workload.namespace(), workload.labels());
  }
}
