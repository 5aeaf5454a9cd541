package io.heraldmesh.conformance.envoy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parsed YAML, asked strictly. */
final class Tree {
  private Tree() {}

  static Map<?, ?> map(@Nullable Object node) {
    if (node instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("not understood: expected an object, found " + node);
  }

  static List<?> list(@Nullable Object node, String field) {
    if (map(node).get(field) instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("not understood: no list " + field + " in " + node);
  }

  static String text(@Nullable Object node, String field) {
    Object value = map(node).get(field);
    if (value == null) {
      throw new IllegalArgumentException("not understood: no " + field + " in " + node);
    }
    return value.toString();
  }

  /** The one entry of an object that has one, as most of Envoy's are. */
  static Map.Entry<?, ?> only(@Nullable Object node) {
    Map<?, ?> map = map(node);
    if (map.size() != 1) {
      throw new IllegalArgumentException("not understood: " + map.keySet());
    }
    return map.entrySet().iterator().next();
  }
}
