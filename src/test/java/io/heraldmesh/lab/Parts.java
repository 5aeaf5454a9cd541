package io.heraldmesh.lab;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of which each is closed, whatever becomes of the others. */
final class Parts {
  private Parts() {}

  /** In this order; afterwards fails with all that went wrong. */
  static void close(List<? extends AutoCloseable> parts) throws IOException {
    IOException failed = null;
    for (AutoCloseable part : parts) {
      failed = with(failed, part);
    }
    if (failed != null) {
      throw failed;
    }
  }

  private static @Nullable IOException with(@Nullable IOException failed, AutoCloseable part) {
    try {
      part.close();
      return failed;
    } catch (Exception | AssertionError e) {
      IOException all = failed == null ? new IOException("something is left behind") : failed;
      all.addSuppressed(e);
      return all;
    }
  }
}
