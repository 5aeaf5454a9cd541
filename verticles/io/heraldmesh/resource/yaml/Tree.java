package io.heraldmesh.resource.yaml;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** YAML as the values of JSON: maps, lists, text, numbers, booleans and null. */
final class Tree {
  private Tree() {}

  static @Nullable Object of(YamlNode node) {
    return switch (node) {
      case YamlNode.Mapping mapping -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        mapping.entries().forEach(e -> map.put(e.key().text(), of(e.value())));
        yield map;
      }
      case YamlNode.Sequence sequence -> {
        List<@Nullable Object> list = new ArrayList<>();
        sequence.items().forEach(item -> list.add(of(item)));
        yield list;
      }
      case YamlNode.Scalar scalar -> scalar(scalar);
      case YamlNode.Refused refused -> null;
    };
  }

  /** Hexadecimal, octal and infinite numbers have no form in JSON and stay text. */
  private static @Nullable Object scalar(YamlNode.Scalar scalar) {
    String text = scalar.text();
    return switch (scalar.type()) {
      case NULL -> null;
      case BOOL -> text.toLowerCase(Locale.ROOT).equals("true");
      case INT -> text.startsWith("0x") || text.startsWith("0o") ? text : new BigInteger(text);
      case FLOAT -> text.matches("[-+.0-9eE]+") ? new BigDecimal(text) : text;
      case TEXT -> text;
    };
  }
}
