package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Position;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Labels a workload must have. Empty selects every workload, as in Istio ({@code matchLabels: {}}
 * is no selector).
 *
 * @param at where it stands; for an absent selector where the spec begins
 */
public record Selector(Map<String, String> matchLabels, Position at) {

  public Selector {
    matchLabels = Collections.unmodifiableMap(new LinkedHashMap<>(matchLabels));
  }

  public boolean isEmpty() {
    return matchLabels.isEmpty();
  }

  /** True when {@code labels} has every selected label with exactly its value. */
  public boolean matches(Map<String, String> labels) {
    return labels.entrySet().containsAll(matchLabels.entrySet());
  }

  /** True unless the two want different values of one label: both may select one workload. */
  public boolean isCompatibleWith(Selector other) {
    return matchLabels.entrySet().stream()
        .allMatch(
            e -> e.getValue().equals(other.matchLabels.getOrDefault(e.getKey(), e.getValue())));
  }
}
