package io.heraldmesh.jwt;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A raw query string as a list of parameters, {@code name=value} joined by {@code &}. */
public final class QueryString {
  private QueryString() {}

  /** Every value of a parameter, decoded; its name may be spelled with percent signs. */
  static List<String> values(String query, String name) {
    List<String> values = new ArrayList<>(1);
    for (String part : parts(query)) {
      if (name(part).equals(name)) {
        int equals = part.indexOf('=');
        values.add(equals < 0 ? "" : decode(part.substring(equals + 1)));
      }
    }
    return values;
  }

  /**
   * The query without these parameters, however they are spelled; what stays is not re-encoded.
   *
   * @param query without the question mark
   */
  public static String without(String query, Set<String> names) {
    List<String> kept = new ArrayList<>();
    for (String part : parts(query)) {
      if (!names.contains(name(part))) {
        kept.add(part);
      }
    }
    return String.join("&", kept);
  }

  private static List<String> parts(String query) {
    return query.isEmpty() ? List.of() : List.of(query.split("&", -1));
  }

  private static String name(String part) {
    int equals = part.indexOf('=');
    return decode(equals < 0 ? part : part.substring(0, equals));
  }

  /** What cannot be decoded stays as it is: it is then no name that is looked for, and no token. */
  private static String decode(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
