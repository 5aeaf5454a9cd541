package io.heraldmesh.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedStateTest {
  private static final byte[] SECRET = "the key of a leaf".getBytes(UTF_8);

  @TempDir Path folder;
  private final SecureRandom random = new SecureRandom();
  private SealedState state;

  @BeforeEach
  void open() throws IOException {
    state = new SealedState(folder.resolve("sealed"), random);
    state.write("leaves", SECRET);
  }

  @Test
  void whatWasWrittenIsReadAfterARestart() throws IOException {
    assertThat(new SealedState(folder.resolve("sealed"), random).read("leaves")).contains(SECRET);
    state.write("leaves", new byte[0]);
    assertThat(state.read("leaves")).contains(new byte[0]);
    assertThat(state.read("other")).isEmpty();
  }

  @Test
  void nobodyElseMayOpenItAndNothingIsReadableInIt() throws IOException {
    for (String name : new String[] {"leaves", "seal.key"}) {
      Path file = folder.resolve("sealed").resolve(name);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(new String(Files.readAllBytes(file), UTF_8)).doesNotContain("leaf");
    }
  }

  @Test
  void everyChangedBitAndEveryCutMakesItNone() throws IOException {
    Path file = folder.resolve("sealed/leaves");
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << (i % 8));
      Files.write(file, bad);
      assertThat(state.read("leaves")).as("byte " + i).isEmpty();
      Files.write(file, Arrays.copyOf(good, i));
      assertThat(state.read("leaves")).as("first " + i).isEmpty();
    }
    Files.write(file, good);
    assertThat(state.read("leaves")).contains(SECRET);
  }

  @Test
  void aFileUnderAnothersNameOrOfAnotherNodeIsNone() throws IOException {
    Files.copy(folder.resolve("sealed/leaves"), folder.resolve("sealed/snapshot"));
    assertThat(state.read("snapshot")).isEmpty();

    SealedState other = new SealedState(folder.resolve("other"), random);
    Files.copy(folder.resolve("sealed/leaves"), folder.resolve("other/leaves"));
    assertThat(other.read("leaves")).isEmpty();
  }

  @Test
  void aFailedWriteLeavesNothingHalfDone() throws IOException {
    // A folder with something in it is in the place of the file.
    Files.createDirectories(folder.resolve("sealed/taken/by"));

    assertThatThrownBy(() -> state.write("taken", SECRET)).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(folder.resolve("sealed"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("leaves", "seal.key", "taken");
    }
  }

  @Test
  void whatWasTakenAwayIsGone() throws IOException {
    state.remove("leaves");
    state.remove("leaves");

    assertThat(state.read("leaves")).isEmpty();
    assertThat(state.names("")).containsExactly("seal.key");
  }

  @Test
  void whatIsForgottenIsGoneAlsoWhereItCouldNotBeReadAndTheKeyStays() throws IOException {
    Files.writeString(folder.resolve("sealed/snapshot.new"), "half of it");

    assertThat(SealedState.forget(folder.resolve("sealed"))).isTrue();
    assertThat(state.names("")).containsExactly("seal.key");
    state.write("leaves", SECRET);
    assertThat(new SealedState(folder.resolve("sealed"), random).read("leaves")).contains(SECRET);
  }

  /** Root may join in the folder of a service, whose user must not choose what root removes. */
  @Test
  void noLinkIsFollowedToForgetWhatIsElsewhere() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path precious = Files.writeString(elsewhere.resolve("precious"), "not of this node");
    Files.createSymbolicLink(folder.resolve("sealed/snapshot"), precious);
    Files.createSymbolicLink(folder.resolve("linked"), elsewhere);

    assertThat(SealedState.forget(folder.resolve("sealed"))).isTrue();
    assertThatThrownBy(() -> SealedState.forget(folder.resolve("linked")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("linked is a link");
    assertThat(state.names("")).containsExactly("seal.key");
    assertThat(precious).exists();
  }

  @Test
  void whereNothingWasKeptNothingIsForgotten() throws IOException {
    state.remove("leaves");

    assertThat(SealedState.forget(folder.resolve("sealed"))).isFalse();
    assertThat(SealedState.forget(folder.resolve("never"))).isFalse();
    assertThat(folder.resolve("never")).doesNotExist();
  }

  @Test
  void aFormatFromTheFutureIsNone() throws IOException {
    Path file = folder.resolve("sealed/leaves");
    byte[] newer = Files.readAllBytes(file);
    newer[7] = 2;
    Files.write(file, newer);

    assertThat(state.read("leaves")).isEmpty();
  }
}
