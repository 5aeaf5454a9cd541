package io.heraldmesh.bus;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Set;
import java.util.function.Function;

/** The JSON forms of values that are one text, and of sets in a fixed order. */
final class ValueModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  ValueModule() {
    text(SpiffeId.class, SpiffeId::toString, SpiffeId::parse);
    text(TrustDomain.class, TrustDomain::name, TrustDomain::new);
    text(ByteString.class, ValueModule::base64, ValueModule::bytes);
    text(X509Certificate.class, ValueModule::base64, ValueModule::certificate);
    text(Duration.class, Duration::toString, ValueModule::duration);
    text(InetAddress.class, InetAddress::getHostAddress, InetAddress::ofLiteral);
    addKeySerializer(TrustDomain.class, key(TrustDomain::name));
    addKeyDeserializer(TrustDomain.class, key(TrustDomain.class, TrustDomain::new));
    addKeySerializer(SpiffeId.class, key(SpiffeId::toString));
    addKeyDeserializer(SpiffeId.class, key(SpiffeId.class, SpiffeId::parse));
    setSerializerModifier(new SortedSets());
  }

  private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
    addSerializer(type, new Writer<>(type, write));
    addDeserializer(type, new Reader<>(type, read));
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static ByteString bytes(String base64) {
    return ByteString.of(Base64.getDecoder().decode(base64));
  }

  private static String base64(X509Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("certificate has no encoding", e);
    }
  }

  private static X509Certificate certificate(String base64) {
    return CertificateChain.certificate(Base64.getDecoder().decode(base64));
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("not a duration", e);
    }
  }

  private static <T> JsonSerializer<T> key(Function<T, String> write) {
    return new JsonSerializer<>() {
      @Override
      public void serialize(T value, JsonGenerator out, SerializerProvider provider)
          throws IOException {
        out.writeFieldName(write.apply(value));
      }
    };
  }

  private static <T> KeyDeserializer key(Class<T> type, Function<String, T> read) {
    return new KeyDeserializer() {
      @Override
      public Object deserializeKey(String key, DeserializationContext context) throws IOException {
        try {
          return read.apply(key);
        } catch (IllegalArgumentException e) {
          return context.handleWeirdKey(type, key, "not legal");
        }
      }
    };
  }

  private static final class Writer<T> extends ToStringSerializer {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final transient Function<T, String> write;

    Writer(Class<T> type, Function<T, String> write) {
      super(type);
      this.type = type;
      this.write = write;
    }

    @Override
    public void serialize(Object value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(write.apply(type.cast(value)));
    }
  }

  private static final class Reader<T> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1L;

    private final transient Function<String, T> read;

    Reader(Class<T> type, Function<String, T> read) {
      super(type);
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (!in.hasToken(JsonToken.VALUE_STRING)) {
        throw MismatchedInputException.from(in, handledType(), "not a text");
      }
      try {
        return read.apply(in.getText());
      } catch (IllegalArgumentException e) {
        throw MismatchedInputException.from(in, handledType(), "not legal");
      }
    }
  }

  /** Sets have no order of their own, and one that differs between processes. */
  private static final class SortedSets extends BeanSerializerModifier {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonSerializer<?> modifyCollectionSerializer(
        SerializationConfig config,
        CollectionType type,
        BeanDescription description,
        JsonSerializer<?> serializer) {
      return Set.class.isAssignableFrom(type.getRawClass())
          ? new SetSerializer(serializer)
          : serializer;
    }
  }
}
