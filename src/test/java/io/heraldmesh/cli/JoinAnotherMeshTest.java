package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.credentials.SealedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that joins another mesh takes nothing with it, also where that has the same trust domain:
 * it would enforce the policy of before, and refuse what is numbered lower.
 */
@Timeout(180)
class JoinAnotherMeshTest {
  private static final String TAKEN_AWAY = "policy and certificates of another mesh";

  @TempDir Path folder;
  private JoiningMesh mesh;

  @BeforeEach
  void aNodeWithWhatItKept() throws IOException {
    mesh = JoiningMesh.byTokens(folder.resolve("mesh"));
    assertThat(mesh.join(mesh.create("n1"), "n1").code()).isZero();
    for (String name : new String[] {"snapshot", "leaves", "jwks-1"}) {
      sealed().write(name, new byte[] {1});
    }
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void whatWasKeptOfTheMeshBeforeIsTakenAwayAndTold() throws IOException {
    CommandRun joined = joinAnother();

    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.err()).containsOnlyOnce(TAKEN_AWAY);
    assertThat(sealed().names("")).containsExactly("seal.key");
  }

  @Test
  void whatWasKeptOfTheSameMeshStays() throws IOException {
    CommandRun joined = mesh.join(mesh.create("n1"), "n1");

    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.err()).doesNotContain(TAKEN_AWAY);
    assertThat(sealed().names(""))
        .containsExactlyInAnyOrder("seal.key", "snapshot", "leaves", "jwks-1");
  }

  /** It may be of any mesh, and the control plane gives all of it again. */
  @Test
  void whatNobodyCanSayTheMeshOfIsTakenAwayToo() throws IOException {
    Files.writeString(mesh.state("n1").resolve("node/root-cert.pem"), "nothing of use\n");

    CommandRun joined = mesh.join(mesh.create("n1"), "n1");

    assertThat(joined.code()).as(joined.err()).isZero();
    assertThat(joined.err()).containsOnlyOnce(TAKEN_AWAY);
    assertThat(sealed().names("")).containsExactly("seal.key");
  }

  /** The mesh of before is still the node's own, with all that it kept. */
  @Test
  void aJoinThatIsRefusedTakesNothingAway() throws IOException {
    CommandRun voided = mesh.create("n1");
    assertThat(mesh.join(voided, "thief").code()).isZero();

    assertThat(mesh.join(voided, "n1").code()).isEqualTo(1);
    assertThat(sealed().names("")).hasSize(4);
  }

  private CommandRun joinAnother() throws IOException {
    try (JoiningMesh other = JoiningMesh.byTokens(folder.resolve("other"))) {
      return CommandRun.of(
          Stream.concat(
                  Arrays.stream(other.create("n1").out().strip().split(" ")).skip(1),
                  Stream.of("--state-dir", mesh.state("n1")))
              .toArray());
    }
  }

  private SealedState sealed() throws IOException {
    return new SealedState(mesh.state("n1").resolve(SealedState.FOLDER), new SecureRandom());
  }
}
