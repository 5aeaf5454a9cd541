package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald certs} against a control node with attached nodes, each a process of its own. */
@Timeout(300)
class CertificatesInUseMeshTest {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void eachNodeSaysWhatItUsesAndOneThatIsNotThereIsNamed() throws IOException {
    try (AttachedMesh mesh = new AttachedMesh(folder)) {
      mesh.control().awaitReady();
      HeraldProcess web = mesh.web().awaitReady();
      Await.until(WITHIN, "it is said", () -> current("n1") == 2);
      assertThat(of("n1"))
          .extracting(c -> c.get("identity").asText())
          .containsExactlyInAnyOrder(
              "spiffe://mesh.test/ns/a/sa/web", "spiffe://mesh.test/herald/node/n1");
      assertThat(of("control"))
          .extracting(c -> c.get("identity").asText())
          .contains("spiffe://mesh.test/herald/config/control");

      CommandRun run = certs();
      assertThat(run.code()).as("n2 is not there").isEqualTo(1);
      assertThat(run.out()).contains("not reporting: n2, not since this control plane started");

      HeraldProcess caller = mesh.caller().awaitReady();
      Await.until(WITHIN, "all is said", () -> certs().code() == 0);
      List.of(web, caller).forEach(HeraldProcess::close);
    }
  }

  private CommandRun certs(Object... more) {
    return CommandRun.of(
        Stream.concat(
                Stream.of("certs", "--config", folder.resolve("control.yaml")), Stream.of(more))
            .toArray());
  }

  /** How many certificates a node says it uses; one that it still waits for is not among them. */
  private long current(String node) {
    return of(node).stream().filter(c -> c.get("trust").asText().equals("current")).count();
  }

  /** What is said of one node, by itself. */
  private List<JsonNode> of(String node) {
    JsonNode list = certs("-o", "json", "--node", node).answers().getFirst().get("certificates");
    return IntStream.range(0, list.size())
        .mapToObj(list::get)
        .filter(c -> !c.get("reported").isNull())
        .toList();
  }
}
