package io.heraldmesh.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What policy sees of the header fields that a client sends. */
public final class SeenHeaders {
  private SeenHeaders() {}

  /** All but those that a proxy takes off first, in order. */
  public static List<Map.Entry<String, String>> of(List<Map.Entry<String, String>> sent) {
    Set<String> hopByHop = new HashSet<>();
    HopByHop.listed(
        sent.stream()
            .filter(field -> HeaderField.of(field.getKey()) == HeaderField.CONNECTION)
            .map(Map.Entry::getValue)
            .toList(),
        name -> hopByHop.add(name.toLowerCase(Locale.ROOT)));
    return sent.stream()
        .filter(field -> !HeaderField.of(field.getKey()).isTakenOff())
        .filter(field -> !hopByHop.contains(field.getKey().toLowerCase(Locale.ROOT)))
        .toList();
  }
}
