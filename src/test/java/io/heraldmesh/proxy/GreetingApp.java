package io.heraldmesh.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that speaks first: it says {@code ready} and then waits for its client to go. */
final class GreetingApp implements AutoCloseable {
  private final ServerSocket server;

  GreetingApp() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> greet(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void greet(Socket socket) {
    try (socket) {
      socket.getOutputStream().write("ready".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // the proxy went away
    }
  }
}
