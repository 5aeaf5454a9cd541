package io.heraldmesh.distributor.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.heraldmesh.distributor.source.Fingerprint.Mark;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A file whose mark differs in anything is read again. */
class MarkTest {
  private static final FileTime THEN = FileTime.fromMillis(1_000);
  private static final FileTime NOW = FileTime.fromMillis(1_001);

  private static Mark mark(
      String real, boolean linked, @Nullable Object key, long size, FileTime time, Object changed) {
    return new Mark(Path.of(real), linked, key, size, time, changed);
  }

  @Test
  void isEqualWhenNothingDiffers() {
    Mark one = mark("/a", true, "k", 3, THEN, THEN);
    Mark same = mark("/a", true, "k", 3, FileTime.fromMillis(1_000), FileTime.fromMillis(1_000));

    assertEquals(one, same);
    assertEquals(one.hashCode(), same.hashCode());
    assertEquals(mark("/a", true, null, 3, THEN, THEN), mark("/a", true, null, 3, THEN, THEN));
  }

  @Test
  void differsInEach() {
    Mark one = mark("/a", true, "k", 3, THEN, THEN);

    assertNotEquals(one, mark("/b", true, "k", 3, THEN, THEN));
    assertNotEquals(one, mark("/a", false, "k", 3, THEN, THEN));
    assertNotEquals(one, mark("/a", true, "l", 3, THEN, THEN));
    assertNotEquals(one, mark("/a", true, null, 3, THEN, THEN));
    assertNotEquals(one, mark("/a", true, "k", 4, THEN, THEN));
    assertNotEquals(one, mark("/a", true, "k", 3, NOW, THEN));
    assertNotEquals(one, mark("/a", true, "k", 3, THEN, NOW));
    assertNotEquals(one, Mark.NONE);
  }
}
