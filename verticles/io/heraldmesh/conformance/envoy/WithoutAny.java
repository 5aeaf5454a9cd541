package io.heraldmesh.conformance.envoy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Istio compiled a list of patterns to, without one of them. Beside {@code *} the other
 * patterns of a list do not show; without it each of them has to be right.
 */
final class WithoutAny {
  private final int patterns;
  private final int index;
  private boolean removed;

  private WithoutAny(int patterns, int index) {
    this.patterns = patterns;
    this.index = index;
  }

  /**
   * @param element compiled from {@code patterns} patterns, in their order
   * @param index of the pattern to leave out
   * @return null when no list of it has as many members
   */
  static @Nullable Object of(Object element, int patterns, int index) {
    WithoutAny without = new WithoutAny(patterns, index);
    Object copy = without.copy(element);
    return without.removed ? copy : null;
  }

  private Object copy(Object node) {
    if (node instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(key, copy(value)));
      return copy;
    }
    if (node instanceof List<?> list) {
      if (list.size() == patterns) {
        removed = true;
        List<Object> shorter = new ArrayList<>(list);
        shorter.remove(index);
        return shorter;
      }
      return list.stream().map(this::copy).toList();
    }
    return node;
  }
}
