package io.heraldmesh.convert;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form of a resource: maps, lists and texts, in the order in which they are written. */
final class Document {
  private Document() {}

  static Map<String, Object> of(String kind, String namespace, String name, Object spec) {
    return map(
        "apiVersion",
        "security.istio.io/v1",
        "kind",
        kind,
        "metadata",
        map("name", name, "namespace", namespace),
        "spec",
        spec);
  }

  /** Names and values in turn; a value that is null leaves its name out. */
  static Map<String, Object> map(@Nullable Object... entries) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      Object value = entries[i + 1];
      if (value != null) {
        map.put(String.valueOf(entries[i]), value);
      }
    }
    return map;
  }

  /** A selector of these labels; null, to be left out, when there are none. */
  static @Nullable Map<String, Object> selector(Map<String, String> labels) {
    return labels.isEmpty() ? null : map("matchLabels", new LinkedHashMap<>(labels));
  }
}
