package io.heraldmesh.compile;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Public records by their components. */
final class Components {
  private Components() {}

  static @Nullable Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  /** A record of the same kind with these components. */
  static Record with(Record like, @Nullable Object[] values) {
    Class<?>[] types =
        Arrays.stream(like.getClass().getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> canonical = like.getClass().getConstructor(types);
      return (Record) canonical.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(like.getClass() + " cannot be made", e);
    }
  }
}
