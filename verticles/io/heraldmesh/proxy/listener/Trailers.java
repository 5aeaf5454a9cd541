package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.HeaderField;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fields after a body. Some software merges them into the headers, which policy saw long ago. */
final class Trailers {
  /** What RFC 9110 section 6.5.1 wants in headers only. */
  private static final Set<String> HEADERS_ONLY =
      Set.of(
          "accept-encoding",
          "age",
          "authorization",
          "cache-control",
          "content-encoding",
          "content-range",
          "content-type",
          "cookie",
          "date",
          "expires",
          "location",
          "max-forwards",
          "origin",
          "pragma",
          "range",
          "retry-after",
          "set-cookie",
          "vary",
          "warning",
          "www-authenticate");

  private Trailers() {}

  /**
   * Takes off what would mean something else as a header.
   *
   * @param most fields that there may be
   * @param also more names to take off, in lower case
   * @return false when there are too many
   */
  static boolean clean(HttpHeaders trailers, int most, Set<String> also) {
    if (trailers.isEmpty()) {
      return true;
    }
    if (trailers.size() > most) {
      return false;
    }
    List<String> drop = null;
    for (Map.Entry<String, String> field : trailers) {
      if (!allowed(field.getKey(), also)) {
        drop = drop == null ? new ArrayList<>(2) : drop;
        drop.add(field.getKey());
      }
    }
    take(drop, trailers);
    return true;
  }

  private static void take(@Nullable List<String> drop, HttpHeaders trailers) {
    if (drop != null) {
      drop.forEach(trailers::remove);
    }
  }

  private static boolean allowed(String name, Set<String> also) {
    if (HeaderField.of(name) != HeaderField.OTHER) {
      return false;
    }
    String plain = HeaderField.canonical(name);
    return !HEADERS_ONLY.contains(plain)
        && !plain.startsWith("if-")
        && !also.contains(plain)
        && !also.contains(name.toLowerCase(Locale.ROOT));
  }
}
