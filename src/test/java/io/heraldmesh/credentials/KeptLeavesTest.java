package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaves outlive the process, also those that the disk had no room for when they came. */
class KeptLeavesTest extends CredentialsFixture {
  @TempDir private Path folder;

  private NodeCredentials node() throws IOException {
    return new NodeCredentials(
        vertx,
        ca,
        identity,
        Set.of(new WorkloadIdentity("shop", "web")),
        TTL,
        mesh.crypto(),
        clock,
        new Random(1),
        new KeptLeaves(new SealedState(folder, mesh.random())));
  }

  private Map<SpiffeId, Credential> onDisk() {
    try {
      return new KeptLeaves(new SealedState(folder, mesh.random())).load();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatCameIsThereAtTheNextStart() throws IOException {
    try (NodeCredentials node = node()) {
      node.tick();
      Await.result(node.complete());
      Await.until("written", () -> !onDisk().isEmpty());
      assertThat(node.notKept()).isNull();
    }
    try (NodeCredentials again = node()) {
      assertThat(again.current().leaves()).containsOnlyKeys(WEB);
    }
  }

  @Test
  void whatCouldNotBeWrittenIsToldAndWrittenOnceThereIsRoom() throws IOException {
    Path obstacle = Files.createDirectories(folder.resolve("leaves.new/full"));
    try (NodeCredentials node = node()) {
      node.tick();
      Await.result(node.complete());
      Await.until("told", () -> node.notKept() != null);
      assertThat(node.notKept())
          .contains("a restart will need the control plane", "check permissions and free space");
      assertThat(onDisk()).isEmpty();

      Files.delete(obstacle);
      Await.until("written when there is room", () -> node.notKept() == null);
      assertThat(onDisk()).containsOnlyKeys(WEB);
    }
  }
}
