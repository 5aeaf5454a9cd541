package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A client that is still sending when its head is refused gets the answer: closing in front of what
 * it sends would reset the connection, and the answer with it (RFC 9112 section 9.6).
 */
@Timeout(60)
class HeardRefusalsTest {
  private static final byte[] MORE = "a".repeat(50_000).getBytes(StandardCharsets.US_ASCII);

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    Duration patient = Duration.ofMinutes(1);
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.requestHead(patient).idle(patient))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  static Stream<Arguments> refused() {
    String post = "POST /x HTTP/1.1\r\nHost: server.b\r\n";
    String body = "Content-Length: 1000000\r\n\r\n";
    return Stream.of(
        Arguments.of(417, post + "Expect: foo\r\n" + body),
        Arguments.of(400, post + "Host: other.b\r\n" + body),
        Arguments.of(400, post + "Host: other.b\r\nTransfer-Encoding: chunked\r\n\r\nf4240\r\n"),
        Arguments.of(400, post + "X: a\r\n b\r\n" + body),
        Arguments.of(400, post + "Transfer-Encoding: chunked\r\n" + body),
        Arguments.of(431, post + "X: " + "a".repeat(100_000)),
        Arguments.of(414, "GET /" + "a".repeat(100_000)));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void itCanSendAllAndThenReadTheAnswer(int status, String head) throws Exception {
    try (RawClient client = mesh.call()) {
      client.send(head);
      Mesh.eventually(client::hasAnswer);
      for (int i = 0; i < 20; i++) {
        client.send(MORE);
      }
      assertThat(client.answer().status()).isEqualTo(status);
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void oneThatNeverStopsIsCutOff(int status, String head) throws Exception {
    try (RawClient client = mesh.call()) {
      client.send(head);
      assertThat(client.answer().status()).isEqualTo(status);
      Mesh.eventually(() -> !sends(client));
    }
  }

  /** It need not wait for the proxy's patience to know that nothing more comes. */
  @ParameterizedTest
  @MethodSource("refused")
  void theEndOfTheAnswerIsSeenWhileTheRestIsStillTaken(int status, String head) throws Exception {
    try (RawClient client = mesh.call()) {
      client.send(head);
      assertThat(client.answer().status()).isEqualTo(status);
      assertThat(client.readAll()).isEmpty();
      for (int i = 0; i < 5; i++) {
        client.send(MORE);
      }
    }
  }

  private static boolean sends(RawClient client) {
    try {
      client.send("a");
      return true;
    } catch (IOException closed) {
      return false;
    }
  }
}
