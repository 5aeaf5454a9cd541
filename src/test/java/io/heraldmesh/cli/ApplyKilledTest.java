package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.sql.SqliteStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that is killed while changes are being accepted, as a whole process. */
@Timeout(300)
class ApplyKilledTest {
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  @Test
  void whatWasAnsweredIsThereAndNoChangeIsWithoutItsRowInTheAuditLog() throws Exception {
    NodeFolder files = new NodeFolder(folder.resolve("n"));
    files.node("");
    List<String> answered = new CopyOnWriteArrayList<>();
    Random random = new Random(3);
    for (int round = 0; round < ROUNDS; round++) {
      try (HeraldProcess node =
          HeraldProcess.start(
              folder.resolve("err" + round), "run", "--config", files.file().toString())) {
        node.awaitReady();
        List<Thread> operators = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          String name = "r" + round + "-" + i + "-";
          operators.add(Thread.ofPlatform().start(() -> applyUntilItFails(files, name, answered)));
        }
        int enough = answered.size() + 5;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (answered.size() < enough && System.nanoTime() < end) {
          LockSupport.parkNanos(1_000_000);
        }
        LockSupport.parkNanos(random.nextLong(30_000_000));
        node.close();
        for (Thread operator : operators) {
          operator.join();
        }
      }
    }
    assertThat(answered).hasSizeGreaterThanOrEqualTo(5 * ROUNDS);

    try (Store store = SqliteStore.open(files.state().resolve("herald.db"))) {
      Set<String> there =
          store.resources().all().resources().stream()
              .map(StoredResource::key)
              .map(key -> key.name())
              .collect(Collectors.toSet());
      assertThat(there).containsAll(answered);
      Set<String> logged = new HashSet<>();
      for (AuditLog.Entry row : store.audit().list(0, 10_000)) {
        logged.add(row.event().subject().replaceAll(".*/", ""));
      }
      assertThat(logged).isEqualTo(there);
    }
  }

  private void applyUntilItFails(NodeFolder files, String prefix, List<String> answered) {
    for (int i = 0; i < 1000; i++) {
      String name = prefix + i;
      try {
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(
            file,
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: %s, namespace: a}
            spec: {selector: {matchLabels: {app: %s}}, mtls: {mode: STRICT}}
            """
                .formatted(name, name));
        CommandRun run = CommandRun.of("apply", "-f", file, "-o", "json", "--config", files.file());
        if (run.code() != 0) {
          assertThat(run.code()).as(run.err()).isEqualTo(3);
          return;
        }
        JsonNode answer = run.answers().getFirst();
        assertThat(answer.get("result").asText()).isEqualTo("applied");
        answered.add(name);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
