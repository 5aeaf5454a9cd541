package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What decides over certificates and policy can be late, too. */
class ControlNodeLagTest {
  private static final String METRICS = "listening metrics ";

  @TempDir Path folder;

  @Test
  void aNodeWithoutProxiesSaysHowLateItsEventLoopsAre() throws Exception {
    NodeFolder files = new NodeFolder(folder).node("  roles: [ca, config, admin]\n");
    NodeConfig config = Objects.requireNonNull(NodeFileReader.read(files.file()).config());
    List<String> said = new ArrayList<>();
    Node node = Node.start(config, said::add);
    try {
      String address =
          said.stream().filter(line -> line.startsWith(METRICS)).findFirst().orElseThrow();
      assertThat(page(address.substring(METRICS.length()) + "/metrics"))
          .contains("herald_event_loop_lag_seconds{node=\"node-1\"}");
    } finally {
      node.stop();
    }
  }

  private static String page(String address) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://" + address)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
