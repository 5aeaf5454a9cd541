package io.heraldmesh.conformance.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Values as Go's templates treat them. */
final class Values {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Values() {}

  /** An object is text when it says so itself, by {@code String}. */
  static String text(Object value) {
    if (value instanceof Map<?, ?> map && map.get("String") instanceof String text) {
      return text;
    }
    if (value instanceof Map || value instanceof Function) {
      throw new TemplateException("a whole object is not text");
    }
    return value.toString();
  }

  /** False, zero and everything empty are not true. */
  static boolean isTrue(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case String s -> !s.isEmpty();
      case Number n -> n.longValue() != 0;
      case Collection<?> c -> !c.isEmpty();
      case Map<?, ?> m -> !m.isEmpty();
      default -> true;
    };
  }

  static Collection<?> list(Object value) {
    if (value instanceof Collection<?> list) {
      return list;
    }
    throw new TemplateException("range over something that is no list");
  }

  static Object field(Object owner, String name) {
    Object value = owner instanceof Map<?, ?> map ? map.get(name) : null;
    if (value == null) {
      throw new TemplateException("there is no value for ." + name);
    }
    return value;
  }

  /** Whether {@code owner} has the field; {@code default} asks before it is read. */
  static boolean has(Object owner, String name) {
    return owner instanceof Map<?, ?> map && map.get(name) != null;
  }

  static Object call(String function, List<Object> arguments) {
    return switch (function) {
      case "toJson" -> json(arguments.getFirst());
      case "eq" -> text(arguments.get(0)).equals(text(arguments.get(1)));
      case "ne" -> !text(arguments.get(0)).equals(text(arguments.get(1)));
      case "not" -> !isTrue(arguments.getFirst());
      case "and" -> arguments.stream().allMatch(Values::isTrue);
      case "or" -> arguments.stream().anyMatch(Values::isTrue);
      case "quote" -> json(text(arguments.getFirst()));
      // default "x" .Value: the last one unless it is empty
      case "default" -> isTrue(arguments.get(1)) ? arguments.get(1) : arguments.get(0);
      default -> throw new TemplateException("function " + function + " is not understood");
    };
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new TemplateException("no JSON: " + e.getOriginalMessage());
    }
  }
}
