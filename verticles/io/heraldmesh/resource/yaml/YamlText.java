package io.heraldmesh.resource.yaml;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values of JSON as YAML in block style, such that reading gives the same values. Text that another
 * reader might take for something else is quoted.
 */
public final class YamlText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");
  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private final StringBuilder out = new StringBuilder();

  private YamlText() {}

  /** One document without marks; every line is ended. */
  public static String of(Map<String, @Nullable Object> tree) {
    YamlText text = new YamlText();
    if (tree.isEmpty()) {
      return "{}\n";
    }
    text.mapping(tree, 0, false);
    return text.out.toString();
  }

  private void mapping(Map<?, ?> map, int indent, boolean afterDash) {
    boolean onLine = afterDash;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!onLine) {
        out.repeat(' ', indent);
      }
      onLine = false;
      out.append(scalar(entry.getKey())).append(':');
      value(entry.getValue(), indent);
    }
  }

  private void value(@Nullable Object value, int indent) {
    switch (value) {
      case Map<?, ?> map when !map.isEmpty() -> {
        out.append('\n');
        mapping(map, indent + 2, false);
      }
      case List<?> list when !list.isEmpty() -> {
        out.append('\n');
        list(list, indent);
      }
      case null, default -> out.append(' ').append(scalar(value)).append('\n');
    }
  }

  private void list(List<?> list, int indent) {
    for (Object item : list) {
      out.repeat(' ', indent).append("- ");
      switch (item) {
        case Map<?, ?> map when !map.isEmpty() -> mapping(map, indent + 2, true);
        case List<?> inner when !inner.isEmpty() -> {
          out.append('\n');
          list(inner, indent + 2);
        }
        case null, default -> out.append(scalar(item)).append('\n');
      }
    }
  }

  private static String scalar(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> empty -> "{}";
      case List<?> empty -> "[]";
      case String text -> isPlain(text) ? text : quoted(text);
      default -> value.toString();
    };
  }

  private static boolean isPlain(String text) {
    return PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT));
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                  if (c < ' ' || c >= 0x7f && c < 0xa0 || isUnseen(c)) {
                    quoted.append(String.format("\\u%04X", c));
                  } else {
                    quoted.append((char) c);
                  }
                }
              }
            });
    return quoted.append('"').toString();
  }

  private static boolean isUnseen(int c) {
    return c >= 0x2000 && c <= 0x206f || c == 0xfeff;
  }
}
