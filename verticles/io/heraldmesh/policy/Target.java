package io.heraldmesh.policy;

import io.heraldmesh.jwt.QueryString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request target after normalization. Policy decides on the same characters that are forwarded.
 *
 * @param path without the query
 * @param full with the query, which is never normalized; the fragment is gone
 */
record Target(String path, String full) {

  /**
   * Normalizes {@code raw} once. Null when it is not a path in origin form, holds an encoded NUL,
   * or characters that RFC 3986 allows in no path; such a request is answered 400 in every mode.
   *
   * <p>Source: Istio, "Authorization Policy Normalization".
   */
  static @Nullable Target of(String raw, PathNormalization mode) {
    int fragment = raw.indexOf('#');
    String full = fragment < 0 ? raw : raw.substring(0, fragment);
    int query = full.indexOf('?');
    int end = query < 0 ? full.length() : query;
    if (end == 0 || full.charAt(0) != '/' || !legal(full, end)) {
      return null;
    }
    String path = query < 0 ? full : full.substring(0, query);
    String normal = mode == PathNormalization.NONE ? path : PathNormalizer.normalize(path, mode);
    if (normal.equals(path)) {
      return new Target(path, full);
    }
    return new Target(normal, query < 0 ? normal : normal + full.substring(query));
  }

  /** What follows the question mark; empty without one. */
  String query() {
    return full.length() > path.length() ? full.substring(path.length() + 1) : "";
  }

  /** The full target without these query parameters. */
  String without(Set<String> params) {
    if (params.isEmpty()) {
      return full;
    }
    String query = QueryString.without(query(), params);
    return query.isEmpty() ? path : path + "?" + query;
  }

  private static boolean legal(String full, int pathEnd) {
    for (int i = 0; i < full.length(); i++) {
      char c = full.charAt(i);
      if (c <= ' ' || c == 0x7f || i < pathEnd && c > 0x7f) {
        return false;
      }
      if (c == '%' && i < pathEnd && full.startsWith("00", i + 1)) {
        return false;
      }
    }
    return true;
  }
}
