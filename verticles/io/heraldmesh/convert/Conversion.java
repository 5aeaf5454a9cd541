package io.heraldmesh.convert;

import java.util.List;
import java.util.Map;

/**
 * What became of v1alpha1 policies.
 *
 * @param resources documents in Istio's form, in the order of the policies
 * @param differences where they mean something else, by file and line
 */
public record Conversion(List<Map<String, Object>> resources, List<Difference> differences) {
  public Conversion {
    resources = List.copyOf(resources);
    differences = List.copyOf(differences);
  }

  /** True when nothing had to be left out. */
  public boolean isWhole() {
    return differences.stream().noneMatch(d -> d.kind() == Difference.Kind.NOT_CONVERTED);
  }
}
