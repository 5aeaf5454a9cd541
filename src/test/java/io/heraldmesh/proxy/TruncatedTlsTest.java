package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.UpstreamTls;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A response that ends with its connection is whole only where TLS says that it ended: anybody on
 * the way can end a connection (RFC 9112 section 9.8).
 */
@Timeout(60)
class TruncatedTlsTest {
  @TempDir Path folder;
  private ServerSocket service;
  private Mesh mesh;

  /**
   * A server outside of the mesh: what it answers to {@code /cut…} ends without an end of its TLS.
   */
  @BeforeEach
  void start() throws Exception {
    OutsideAuthority outside = new OutsideAuthority("outside");
    SSLContext tls = outside.issue("server", "server.test").serverContext();
    service = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(() -> accept(tls));
    String roots = outside.rootFile(folder.resolve("roots.pem")).toString();
    mesh = Mesh.ready();
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(
                    new Endpoint(
                        "127.0.0.1",
                        service.getLocalPort(),
                        new UpstreamTls.Originated("server.test", Set.of(), roots, null))))));
    // the files have been read
    Mesh.eventually(() -> status() == 200);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    service.close();
  }

  @Test
  void aBodyThatEndsWithTheConnectionIsNotWholeWithoutAnEndOfTls() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET /cut HTTP/1.1", "Host: server.b");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 200 ");
      assertThat(client.readAll()).contains("half").doesNotContain("0\r\n\r\n");
    }
    Mesh.eventually(() -> mesh.logged("source").flag().equals("upstream_reset"));
    assertThat(mesh.logged("source").reason().detail()).endsWith("without an end of TLS");
  }

  @Test
  void oneThatTlsEndsIsWhole() throws Exception {
    try (RawClient client = mesh.call()) {
      RawClient.Answer answer = client.get("/end", "server.b");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("half");
    }
  }

  @Test
  void soIsOneThatSaysHowLongItIs() throws Exception {
    try (RawClient client = mesh.call()) {
      RawClient.Answer answer = client.get("/cut-length", "server.b");
      assertThat(answer.body()).isEqualTo("half");
      assertThat(client.get("/end", "server.b").status()).as("the next").isEqualTo(200);
    }
  }

  private int status() {
    try (RawClient client = mesh.call()) {
      return client.get("/end", "server.b").status();
    } catch (Exception e) {
      return -1;
    }
  }

  private void accept(SSLContext tls) {
    try {
      while (true) {
        Socket socket = service.accept();
        Thread.startVirtualThread(() -> serve(tls, socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void serve(SSLContext tls, Socket socket) {
    try (socket;
        SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, false)) {
      String head = head(secured);
      String length = head.contains("length") ? "Content-Length: 4\r\n" : "";
      OutputStream out = secured.getOutputStream();
      out.write(("HTTP/1.1 200 OK\r\n" + length + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
      out.write("half".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      if (head.startsWith("GET /cut")) {
        socket.shutdownOutput();
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
    } catch (IOException e) {
      // the proxy went away
    }
  }

  private static String head(SSLSocket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    int b;
    while (head.indexOf("\r\n\r\n") < 0 && (b = socket.getInputStream().read()) >= 0) {
      head.append((char) b);
    }
    return head.toString();
  }
}
