package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole mesh that was off for longer than any certificate in it lives. */
@Timeout(300)
class EverythingOffTest {
  private static final Duration LEAF = Duration.ofMinutes(1);
  private static final Duration SERVING = Duration.ofSeconds(60);
  private static final String SHORT_LEAVES = "  certificates: {ttl: 1m}\n";

  @TempDir Path folder;

  @Test
  void controlNodesComeBackByThemselvesAndServiceNodesByJoiningAgain()
      throws IOException, InterruptedException {
    try (AttachedMesh mesh = new AttachedMesh(folder)) {
      mesh.join("n1", LEAF);
      mesh.join("n2", LEAF);
      mesh.nodes(SHORT_LEAVES);
      HeraldProcess control = mesh.control(SHORT_LEAVES).awaitReady();
      HeraldProcess web = mesh.web().awaitReady();
      HeraldProcess caller = mesh.caller().awaitReady();
      AttachedMesh.until(caller, "/one", 200);
      for (HeraldProcess each : List.of(caller, web, control)) {
        each.term();
        assertThat(each.exitCode()).isZero();
      }
      Instant ended = Instant.now().plus(LEAF);
      Await.until(
          LEAF.multipliedBy(2),
          "no leaf of a service node is valid any more",
          () -> Instant.now().isAfter(ended));

      Instant on = Instant.now();
      mesh.control(SHORT_LEAVES).awaitReady();
      HeraldProcess late = mesh.web();
      Await.until("it may not attach", () -> late.said().contains("link not made"));
      assertThat(late.lines()).doesNotContain("ready");
      late.term();
      late.exitCode();

      joinAgain(mesh, "n1");
      joinAgain(mesh, "n2");
      mesh.web().awaitReady();
      HeraldProcess callerAgain = mesh.caller().awaitReady();
      AttachedMesh.until(callerAgain, "/one", 200);
      assertThat(AttachedMesh.status(callerAgain, "/two")).isEqualTo(403);
      assertThat(Duration.between(on, Instant.now())).isLessThan(SERVING);
    }
  }

  /** As docs/enrolment.md says; what is registered for the node stays. */
  private void joinAgain(AttachedMesh mesh, String node) {
    CommandRun made =
        CommandRun.of(
            "token",
            "create",
            "--node",
            node,
            "--advertise",
            mesh.controlAddress(),
            "--config",
            folder.resolve("control.yaml"));
    assertThat(made.code()).as(made.err()).isZero();
    CommandRun joined =
        CommandRun.of(
            Stream.concat(
                    Arrays.stream(made.out().strip().split(" ")).skip(1),
                    Stream.of("--state-dir", folder.resolve(node)))
                .toArray());
    assertThat(joined.code()).as(joined.err()).isZero();
  }
}
