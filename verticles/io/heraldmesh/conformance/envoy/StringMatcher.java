package io.heraldmesh.conformance.envoy;

import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Map;

/** Envoy's {@code type.matcher.v3.StringMatcher}. */
final class StringMatcher {
  private StringMatcher() {}

  static boolean matches(Map<?, ?> matcher, String text) {
    boolean fold = Boolean.TRUE.equals(matcher.get("ignoreCase"));
    String value = fold ? text.toLowerCase(Locale.ROOT) : text;
    for (Map.Entry<?, ?> entry : matcher.entrySet()) {
      switch (entry.getKey().toString()) {
        case "ignoreCase" -> {}
        case "exact" -> {
          return value.equals(folded(entry.getValue(), fold));
        }
        case "prefix" -> {
          return value.startsWith(folded(entry.getValue(), fold));
        }
        case "suffix" -> {
          return value.endsWith(folded(entry.getValue(), fold));
        }
        case "contains" -> {
          return value.contains(folded(entry.getValue(), fold));
        }
        case "safeRegex" -> {
          return Pattern.matches(Tree.text(entry.getValue(), "regex"), text);
        }
        default ->
            throw new IllegalArgumentException("not understood: string match " + entry.getKey());
      }
    }
    throw new IllegalArgumentException("an empty string match");
  }

  private static String folded(Object pattern, boolean fold) {
    String text = pattern.toString();
    return fold ? text.toLowerCase(Locale.ROOT) : text;
  }
}
