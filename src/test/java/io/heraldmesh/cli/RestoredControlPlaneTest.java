package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A control plane whose state was lost, and came back from a backup that knows less than nodes. */
@Timeout(180)
class RestoredControlPlaneTest {
  private static final Duration FOLLOWED = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void nodesFollowItAlthoughItsRevisionsStartAnew() throws IOException, InterruptedException {
    try (AttachedMesh mesh = new AttachedMesh(folder)) {
      HeraldProcess control = mesh.control().awaitReady();
      HeraldProcess web = mesh.web().awaitReady();
      HeraldProcess caller = mesh.caller().awaitReady();
      AttachedMesh.until(caller, "/one", 200);
      Path file = folder.resolve("control.yaml");
      Path backup = folder.resolve("backup.jsonl");
      assertThat(CommandRun.of("state", "export", "--config", file, "--out", backup).code())
          .isZero();

      // What the backup does not know: changes that all nodes have taken.
      for (String path : new String[] {"/two", "/three", "/four"}) {
        mesh.access(path);
        AttachedMesh.until(caller, path, 200);
      }

      control.term();
      assertThat(control.exitCode()).isZero();
      CommandRun restored = CommandRun.of("state", "import", "--config", file, "--yes", backup);
      assertThat(restored.code()).as(restored.err()).isZero();
      mesh.access("/five");
      mesh.control().awaitReady();
      Await.until("both are back", () -> attached(web) == 2 && attached(caller) == 2);

      Await.until(FOLLOWED, "a change", () -> AttachedMesh.status(caller, "/five") == 200);
      assertThat(AttachedMesh.status(caller, "/four")).isEqualTo(403);

      // It goes on from there, and a node that starts again keeps the new epoch.
      web.term();
      assertThat(web.exitCode()).isZero();
      mesh.web().awaitReady();
      mesh.access("/six");
      Await.until(FOLLOWED, "the next change", () -> AttachedMesh.status(caller, "/six") == 200);
    }
  }

  /** How often the node has found a control node. */
  private static long attached(HeraldProcess node) {
    return node.said().lines().filter(line -> line.contains("link attached")).count();
  }
}
