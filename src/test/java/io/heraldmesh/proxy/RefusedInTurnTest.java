package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A head that is refused is answered in its turn: what was asked before it is answered, and nothing
 * that follows it is looked at.
 */
@Timeout(60)
class RefusedInTurnTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    mesh.policy(MtlsMode.PERMISSIVE);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /bad HTTP/1.1\r\nHost: server.b\r\nX: a\r\n b",
        "GET /bad  HTTP/1.1\r\nHost: server.b",
        "GET /bad HTTP/1.1 \r\nHost: server.b",
        "GET\t/bad HTTP/1.1\r\nHost: server.b",
        "GET /bad\u0001 HTTP/1.1\r\nHost: server.b",
        "get /bad HTTP/1.1\r\nHost: server.b",
        "\rGET /bad HTTP/1.1\r\nHost: server.b",
        "GET /bad HTTP/1.1\r\nHost: server.b\r\nX y: a"
      })
  void theRequestBeforeItIsAnsweredAndNoneAfterIt(String bad) throws Exception {
    String good = "GET /big?50000 HTTP/1.1\r\nHost: server.b\r\n\r\n";
    String after = "GET /after HTTP/1.1\r\nHost: server.b\r\n\r\n";
    for (InetSocketAddress side : List.of(mesh.outbound, mesh.inbound)) {
      mesh.app.seen().clear();
      try (RawClient client = new RawClient(side)) {
        client.send(good + bad + "\r\n\r\n" + after);

        RawClient.Answer first = client.answer();
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.body()).hasSize(50_000);
        RawClient.Answer second = client.answer();
        assertThat(second.status()).isEqualTo(400);
        assertThat(second.head()).containsIgnoringCase("connection: close");
        assertThat(client.readAll()).isEmpty();
      }
      assertThat(mesh.app.seen()).singleElement().matches(seen -> seen.line().contains("/big?"));
    }
  }
}
