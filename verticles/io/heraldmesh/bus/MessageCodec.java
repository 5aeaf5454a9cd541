package io.heraldmesh.bus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Records to JSON bytes and back. The same value always gives the same bytes, in every process, so
 * that a digest of them names the value. Reading is strict: an unknown, missing or repeated field,
 * a null where the record does not say {@code @Nullable}, a number for a text or anything after the
 * end is refused; but a {@link Report} may have fields that are not known here, and lack those that
 * may be null. Thread-safe.
 */
public final class MessageCodec {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxStringLength(32 << 20)
                          .maxNumberLength(32)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .accessorNaming(new ComponentsOnly())
          .annotationIntrospector(new RecordIntrospector())
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .addModule(new ValueModule())
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              texts ->
                  texts
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  private static final ObjectReader STRICT = MAPPER.reader();
  private static final ObjectReader REPORTS =
      STRICT.without(
          DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
          DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  private MessageCodec() {}

  /**
   * @throws IllegalArgumentException when {@code value} holds something that has no form in JSON,
   *     which is an error of the program
   */
  public static byte[] encode(Record value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "cannot encode " + value.getClass().getName() + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * @throws MalformedMessage when {@code bytes} are not exactly one {@code type}; says where
   */
  public static <T extends Record> T decode(byte[] bytes, Class<T> type) throws MalformedMessage {
    try {
      ObjectReader reader = Report.class.isAssignableFrom(type) ? REPORTS : STRICT;
      T value = reader.forType(type).readValue(bytes);
      if (value == null) {
        throw new MalformedMessage(type.getSimpleName() + " is null");
      }
      return value;
    } catch (JsonMappingException e) {
      throw new MalformedMessage(
          type.getSimpleName() + " cannot be read" + (e.getPath().isEmpty() ? "" : " at " + at(e)));
    } catch (IOException e) {
      throw new MalformedMessage(type.getSimpleName() + " is not JSON");
    }
  }

  /** The place in the message, as in {@code shape.Circle.radius} or {@code numbers[1]}. */
  private static String at(JsonMappingException e) {
    StringBuilder at = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        at.append('[').append(step.getIndex()).append(']');
      } else {
        at.append(at.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return at.toString();
  }

  /** A record's fields are its components, not also its methods named {@code isEmpty} and such. */
  private static final class ComponentsOnly extends DefaultAccessorNamingStrategy.Provider {
    private static final long serialVersionUID = 1L;

    @Override
    public AccessorNamingStrategy forRecord(MapperConfig<?> config, AnnotatedClass type) {
      return new DefaultAccessorNamingStrategy.RecordNaming(config, type) {
        @Override
        public @Nullable String findNameForIsGetter(AnnotatedMethod method, String name) {
          return null;
        }

        @Override
        public @Nullable String findNameForRegularGetter(AnnotatedMethod method, String name) {
          return _fieldNames.contains(name) ? name : null;
        }
      };
    }
  }
}
