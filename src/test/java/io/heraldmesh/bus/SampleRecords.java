package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes random values of any record, whatever its components are, so that no kind is forgotten. */
final class SampleRecords {
  private static final List<String> TEXTS =
      List.of(
          "a",
          "shop",
          "web",
          "n1",
          "v1",
          "*",
          "/orders/{*}",
          "10.0.0.0/8",
          "\"\\\n",
          "ü€",
          "https://issuer.example");
  private final Random random;
  private final Set<Class<?>> seen = new HashSet<>();

  SampleRecords(long seed) {
    random = new Random(seed);
  }

  /** Every record and enum that a value was made of. */
  Set<Class<?>> seen() {
    return seen;
  }

  <T extends Record> T next(Class<T> type) {
    return type.cast(record(type, 0));
  }

  private Object record(Class<?> type, int depth) {
    seen.add(type);
    // A record may refuse arbitrary texts; another draw then gives it ones it takes.
    for (int attempt = 0; attempt < 5000; attempt++) {
      try {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<?> constructor =
            type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
          arguments[i] = component(components[i], depth);
        }
        return constructor.newInstance(arguments);
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof IllegalArgumentException)) {
          throw new AssertionError("cannot make " + type, e);
        }
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("cannot make " + type, e);
      }
    }
    throw new AssertionError("no draw was legal for " + type);
  }

  private @Nullable Object component(RecordComponent component, int depth) {
    AnnotatedType annotated = component.getAnnotatedType();
    return annotated.isAnnotationPresent(Nullable.class) && random.nextBoolean()
        ? null
        : value(component.getGenericType(), depth + 1);
  }

  private Object value(Type type, int depth) {
    if (type instanceof ParameterizedType parameterized) {
      return collection(parameterized, depth);
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isRecord() && raw != SpiffeId.class && raw != TrustDomain.class) {
      return record(raw, depth);
    }
    if (raw.isSealed() && raw.isInterface()) {
      Class<?>[] permitted = raw.getPermittedSubclasses();
      return value(permitted[random.nextInt(permitted.length)], depth);
    }
    if (raw.isEnum()) {
      seen.add(raw);
      return raw.getEnumConstants()[random.nextInt(raw.getEnumConstants().length)];
    }
    return scalar(raw);
  }

  private Object scalar(Class<?> raw) {
    return switch (raw.getName()) {
      case "java.lang.String" -> TEXTS.get(random.nextInt(TEXTS.size()));
      case "int", "java.lang.Integer" -> 1 + random.nextInt(65535);
      case "long", "java.lang.Long" -> 1 + random.nextLong(1L << 50);
      case "boolean", "java.lang.Boolean" -> random.nextBoolean();
      case "java.time.Instant" -> Instant.ofEpochMilli(random.nextLong(1L << 42));
      case "java.time.Duration" -> Duration.ofMillis(random.nextLong(1L << 30));
      case "io.heraldmesh.identity.SpiffeId" ->
          SpiffeId.parse("spiffe://td" + random.nextInt(3) + "/ns/a/sa/s" + random.nextInt(9));
      case "io.heraldmesh.identity.TrustDomain" -> new TrustDomain("td" + random.nextInt(9));
      case "io.heraldmesh.bus.ByteString" -> {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        yield ByteString.of(bytes);
      }
      default -> throw new AssertionError("a snapshot holds a kind of value not known: " + raw);
    };
  }

  private Object collection(ParameterizedType type, int depth) {
    Type first = type.getActualTypeArguments()[0];
    int size = depth > 12 ? 0 : random.nextInt(4);
    Class<?> raw = (Class<?>) type.getRawType();
    if (raw == Map.class) {
      Map<Object, Object> map = new HashMap<>();
      for (int i = 0; i < size; i++) {
        map.put(value(first, depth), value(type.getActualTypeArguments()[1], depth));
      }
      return map;
    }
    if (raw == Optional.class) {
      return random.nextBoolean() ? Optional.empty() : Optional.of(value(first, depth));
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      values.add(value(first, depth));
    }
    return raw == Set.class ? new HashSet<>(values) : values;
  }
}
