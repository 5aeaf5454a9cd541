package io.heraldmesh.distributor.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How old a folder is, whatever its files claim. */
class FingerprintTest {
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir Path folder;

  @BeforeEach
  void aFile() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), "a: 1");
  }

  @Test
  void itIsOlderThanWhatComesAfterItsNewestFile() {
    Fingerprint seen = Fingerprint.of(folder);
    assertThat(seen.isOlderThan(Instant.now().plus(LONG))).isTrue();
    assertThat(seen.isOlderThan(Instant.now().minus(LONG))).isFalse();
  }

  @Test
  void aFileThatKeepsTheTimeOfItsOriginalIsAsNewAsItsCopy() throws Exception {
    Files.setLastModifiedTime(
        folder.resolve("a.yaml"), FileTime.from(Instant.now().minus(LONG.multipliedBy(2))));
    assertThat(Fingerprint.of(folder).isOlderThan(Instant.now().minus(LONG))).isFalse();
  }

  @Test
  void aFolderOutOfWhichAFileWasTakenIsAsNewAsThat() throws Exception {
    Files.delete(folder.resolve("a.yaml"));
    assertThat(Fingerprint.of(folder).isOlderThan(Instant.now().minus(LONG))).isFalse();
    assertThat(Fingerprint.of(folder).isOlderThan(Instant.now().plus(LONG))).isTrue();
  }

  @Test
  void aLinkThatLeadsNowhereHasNoAge() throws Exception {
    Files.createSymbolicLink(folder.resolve("b.yaml"), Path.of("gone.yaml"));
    assertThat(Fingerprint.of(folder).isOlderThan(Instant.now().plus(LONG))).isFalse();
  }
}
