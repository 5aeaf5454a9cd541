package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What runs leave in the folder of temporary files. */
class RunFolderTest {
  @Test
  void aRunThatHeldLeavesNothing() throws IOException {
    assertThat(written(true)).doesNotExist();
  }

  @Test
  void aRunThatFellShortKeepsItsFiles() throws IOException {
    Path kept = written(false);
    assertThat(kept.resolve("node/log")).hasContent("said");

    Files.delete(kept.resolve("node/log"));
    Files.delete(kept.resolve("node"));
    Files.delete(kept);
  }

  private static Path written(boolean held) throws IOException {
    try (RunFolder folder = RunFolder.make("herald-test")) {
      Files.createDirectory(folder.path().resolve("node"));
      Files.writeString(folder.path().resolve("node/log"), "said");
      folder.held(held);
      return folder.path();
    }
  }
}
