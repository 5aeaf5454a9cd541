package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.List;
import java.util.Map;

/**
 * {@code networking.istio.io DestinationRule}: what callers of a host do.
 *
 * @param host full name in lower case; a short one was completed with the rule's namespace. May
 *     begin with {@code *}
 * @param exportTo namespaces whose callers it is for; {@code *} all, {@code .} its own; empty: all,
 *     or its own when it has a workload selector
 * @param workloadSelector which callers; empty: all
 */
public record DestinationRule(
    Metadata metadata,
    Located<String> host,
    List<String> exportTo,
    Selector workloadSelector,
    TrafficPolicy trafficPolicy,
    List<Subset> subsets)
    implements Resource {

  public DestinationRule {
    exportTo = List.copyOf(exportTo);
    subsets = List.copyOf(subsets);
  }

  /** {@code subsets[]}: the endpoints that have all of the labels. */
  public record Subset(
      Position at, String name, Map<String, String> labels, TrafficPolicy trafficPolicy) {
    public Subset {
      labels = Map.copyOf(labels);
    }

    /** Whether an endpoint belongs to it. */
    public boolean has(Map<String, String> endpoint) {
      return endpoint.entrySet().containsAll(labels.entrySet());
    }
  }

  /** Whether callers of {@code namespace} may be under it. */
  public boolean isVisibleIn(String namespace) {
    boolean own = metadata.namespace().equals(namespace);
    if (exportTo.isEmpty()) {
      return own || workloadSelector.isEmpty();
    }
    return exportTo.contains("*") || exportTo.contains(namespace) || own && exportTo.contains(".");
  }

  /** Whether only callers of its own namespace may be under it. */
  public boolean isPrivate() {
    return exportTo.isEmpty()
        ? !workloadSelector.isEmpty()
        : exportTo.stream().allMatch(e -> e.equals(".") || e.equals(metadata.namespace()));
  }
}
