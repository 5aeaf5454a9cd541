package io.heraldmesh.resource.yaml;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a plain scalar is. Source: YAML 1.2.2 section 10.3.2, core schema: {@code yes}, {@code no},
 * {@code on} and {@code 12:30} are text.
 */
final class CoreSchema {
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> BOOLS =
      Set.of("true", "True", "TRUE", "false", "False", "FALSE");
  private static final Pattern INT = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  private CoreSchema() {}

  static YamlNode.Type typeOf(String plain) {
    if (NULLS.contains(plain)) {
      return YamlNode.Type.NULL;
    }
    if (BOOLS.contains(plain)) {
      return YamlNode.Type.BOOL;
    }
    // The expressions backtrack over digits only; a long text is text without asking them.
    if (plain.length() > 64) {
      return YamlNode.Type.TEXT;
    }
    if (INT.matcher(plain).matches()) {
      return YamlNode.Type.INT;
    }
    return FLOAT.matcher(plain).matches() ? YamlNode.Type.FLOAT : YamlNode.Type.TEXT;
  }
}
