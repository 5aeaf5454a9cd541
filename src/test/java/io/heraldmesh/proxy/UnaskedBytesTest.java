package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a service sends on a connection that waits for its next request is nobody's: the beginning
 * of an answer would become that of the answer to another client.
 */
@Timeout(60)
class UnaskedBytesTest {
  private Mesh mesh;
  private ServerSocket service;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    service = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    service.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(new Endpoint("127.0.0.1", service.getLocalPort(), false)))));
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
    mesh.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nX-Evil: 1\r\nX-Rest: ",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
        "evil",
        "\r\n",
        " "
      })
  void aConnectionThatSaysAnythingWhileItWaitsIsClosed(String unasked) throws Exception {
    try (RawClient first = mesh.call()) {
      first.head("GET /one HTTP/1.1", "Host: server.b");
      try (Socket waiting = service.accept()) {
        assertThat(request(waiting)).startsWith("GET /one ");
        send(waiting, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        assertThat(first.answer().body()).isEqualTo("one");

        send(waiting, unasked);

        assertThat(isClosedByTheProxy(waiting)).isTrue();
      }
    }
    try (RawClient second = mesh.call()) {
      second.head("GET /two HTTP/1.1", "Host: server.b");
      try (Socket fresh = service.accept()) {
        assertThat(request(fresh)).startsWith("GET /two ");
        send(fresh, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
        RawClient.Answer answer = second.answer();
        assertThat(answer.body()).isEqualTo("two");
        assertThat(answer.head()).doesNotContainIgnoringCase("evil");
      }
    }
  }

  /** Reads one head. */
  private static String request(Socket from) throws IOException {
    from.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(from.getInputStream(), StandardCharsets.ISO_8859_1));
    StringBuilder head = new StringBuilder();
    for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  private static void send(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static boolean isClosedByTheProxy(Socket waiting) {
    try {
      return waiting.getInputStream().read() < 0;
    } catch (IOException e) {
      return e.getMessage() != null && e.getMessage().contains("reset");
    }
  }
}
