package io.heraldmesh.jwt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object, read so that no two readers can disagree about it (RFC 8259, RFC 7493): UTF-8
 * without a byte order mark, no duplicate members, no lone surrogates, nothing after the object,
 * nesting at most {@value #MAX_DEPTH} deep.
 */
final class StrictJson {
  static final int MAX_DEPTH = 32;

  /** Field names come from strangers: they are neither interned nor kept in a shared table. */
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(100)
                  .build())
          .build();

  private StrictJson() {}

  /** Not the JSON that this class reads. The message never quotes the input. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  static Map<String, @Nullable Object> object(byte[] utf8) throws Malformed {
    try {
      return object(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new Malformed("is not UTF-8");
    }
  }

  /**
   * @return String, Long, Double, Boolean, List, Map and null, immutable, in the order of the text.
   *     A whole number outside the range of a long is a Double.
   */
  static Map<String, @Nullable Object> object(String text) throws Malformed {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new Malformed("is not a JSON object");
      }
      Map<String, @Nullable Object> object = members(parser);
      if (parser.nextToken() != null) {
        throw new Malformed("has text after the JSON object");
      }
      return object;
    } catch (IOException e) {
      // The parser's own message quotes what it read.
      throw new Malformed("is not JSON, or is nested too deeply");
    }
  }

  private static Map<String, @Nullable Object> members(JsonParser parser)
      throws IOException, Malformed {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = wellFormed(parser.currentName());
      if (members.containsKey(name)) {
        throw new Malformed("has a duplicate member");
      }
      parser.nextToken();
      members.put(name, value(parser));
    }
    return Collections.unmodifiableMap(members);
  }

  private static List<@Nullable Object> elements(JsonParser parser) throws IOException, Malformed {
    List<@Nullable Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser));
    }
    return Collections.unmodifiableList(elements);
  }

  private static @Nullable Object value(JsonParser parser) throws IOException, Malformed {
    return switch (parser.currentToken()) {
      case START_OBJECT -> members(parser);
      case START_ARRAY -> elements(parser);
      case VALUE_STRING -> wellFormed(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? finite(parser.getDoubleValue())
              : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new Malformed("is not JSON");
    };
  }

  private static Object finite(double number) throws Malformed {
    if (!Double.isFinite(number)) {
      throw new Malformed("has a number out of range");
    }
    return number;
  }

  private static String wellFormed(String text) throws Malformed {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new Malformed("has a lone surrogate");
        }
        i++;
      }
    }
    return text;
  }
}
