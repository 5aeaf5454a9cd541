package io.heraldmesh.conformance.envoy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Envoy's {@code type.matcher.v3.ValueMatcher}, on metadata. */
final class ValueMatcher {
  private ValueMatcher() {}

  /**
   * @param value null: absent, which nothing matches
   */
  static boolean matches(@Nullable Object matcher, @Nullable Object value) {
    Map.Entry<?, ?> entry = Tree.only(matcher);
    return switch (entry.getKey().toString()) {
      case "stringMatch" ->
          value instanceof String text && StringMatcher.matches(Tree.map(entry.getValue()), text);
      case "orMatch" ->
          Tree.list(entry.getValue(), "valueMatchers").stream()
              .anyMatch(each -> matches(each, value));
      case "listMatch" ->
          value instanceof List<?> list
              && list.stream()
                  .anyMatch(
                      member -> matches(Tree.map(Tree.map(entry.getValue()).get("oneOf")), member));
      default ->
          throw new IllegalArgumentException("not understood: value match " + entry.getKey());
    };
  }
}
