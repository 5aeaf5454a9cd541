package io.heraldmesh.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A lab that cannot take one thing away takes away the rest. */
class PartsTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void partsAreClosedInTheirOrder() throws IOException {
    Parts.close(List.of(part("database"), part("hosts")));

    assertThat(closed).containsExactly("database", "hosts");
  }

  @Test
  void onePartThatFailsDoesNotKeepTheNextFromBeingClosed() {
    IOException busy = new IOException("busy");
    IllegalStateException gone = new IllegalStateException("gone");

    assertThatThrownBy(() -> Parts.close(List.of(failing(busy), failing(gone), part("hosts"))))
        .isInstanceOf(IOException.class)
        .hasSuppressedException(busy)
        .hasSuppressedException(gone);

    assertThat(closed).containsExactly("hosts");
  }

  private AutoCloseable part(String name) {
    return () -> closed.add(name);
  }

  private static AutoCloseable failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }
}
