package io.heraldmesh.bus;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Writes a set in the order of its elements' JSON texts. */
final class SetSerializer extends JsonSerializer<Object> implements ContextualSerializer {
  private final JsonSerializer<Object> oneByOne;

  @SuppressWarnings("unchecked") // Jackson's serializers take what their type says, as an Object
  SetSerializer(JsonSerializer<?> oneByOne) {
    this.oneByOne = (JsonSerializer<Object>) oneByOne;
  }

  @Override
  public JsonSerializer<?> createContextual(SerializerProvider provider, BeanProperty property)
      throws JsonMappingException {
    return new SetSerializer(provider.handleSecondaryContextualization(oneByOne, property));
  }

  @Override
  public void serialize(Object set, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    Set<String> texts = new TreeSet<>();
    for (Object value : (Collection<?>) set) {
      StringWriter text = new StringWriter();
      try (JsonGenerator inner = out.getCodec().getFactory().createGenerator(text)) {
        oneByOne.serialize(Set.of(value), inner, provider);
      }
      String array = text.toString();
      texts.add(array.substring(1, array.length() - 1));
    }
    out.writeStartArray();
    for (String text : texts) {
      out.writeRawValue(text);
    }
    out.writeEndArray();
  }

  @Override
  public boolean isEmpty(SerializerProvider provider, Object set) {
    return ((Collection<?>) set).isEmpty();
  }
}
