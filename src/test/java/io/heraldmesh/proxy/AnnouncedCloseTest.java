package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection whose end was announced ends (RFC 9112 section 9.6). */
@Timeout(60)
class AnnouncedCloseTest {
  private ServerSocket service;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    service = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    service.setSoTimeout(20_000);
    mesh = Mesh.ready();
    mesh.destinations(
        List.of(
            mesh.destination("server", Set.of(), List.of(Ruled.plain(service.getLocalPort())))));
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
    mesh.close();
  }

  @Test
  void aResponseThatBeginsBeforeItsRequestHasEndedIsTheLast() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("POST /x HTTP/1.1", "Host: server.b", "Transfer-Encoding: chunked");
      try (Socket served = service.accept()) {
        served.setSoTimeout(20_000);
        until(served, "\r\n\r\n");
        send(served, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.headOnly()).containsIgnoringCase("\r\nconnection: close\r\n");

        client.send("0\r\n\r\n");
        until(served, "0\r\n\r\n");
        send(served, "2\r\nhi\r\n0\r\n\r\n");
        assertThat(client.readAll()).isEqualTo("2\r\nhi\r\n0\r\n\r\n");
      }
    }
  }

  private static void until(Socket from, String end) throws IOException {
    InputStream in = from.getInputStream();
    StringBuilder read = new StringBuilder();
    while (!read.toString().endsWith(end)) {
      int next = in.read();
      assertThat(next).as("after %s", read).isNotNegative();
      read.append((char) next);
    }
  }

  private static void send(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
