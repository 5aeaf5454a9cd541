package io.heraldmesh.tls;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** Reads fields that a library keeps to itself. */
final class Private {
  private Private() {}

  /**
   * @throws IllegalStateException when there is no such field, it cannot be read, is null or is of
   *     another type
   */
  static <T> T field(Object owner, String name, Class<T> type) {
    T value = fieldOrNull(owner, name, type);
    if (value == null) {
      throw new IllegalStateException(owner.getClass().getName() + "." + name + " is not set");
    }
    return value;
  }

  /**
   * @throws IllegalStateException when there is no such field, it cannot be read or is of another
   *     type
   */
  static <T> @Nullable T fieldOrNull(Object owner, String name, Class<T> type) {
    try {
      Field field = owner.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return type.cast(field.get(owner));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          owner.getClass().getName() + "." + name + " cannot be read: " + e, e);
    }
  }
}
