package io.heraldmesh.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A service that sends back what it gets, and {@code bye} when the client's direction ends. */
final class EchoApp implements AutoCloseable {
  private final ServerSocket server;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong received = new AtomicLong();

  EchoApp() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  int connections() {
    return connections.get();
  }

  long received() {
    return received.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        connections.incrementAndGet();
        Thread.startVirtualThread(() -> echo(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      byte[] block = new byte[16 * 1024];
      int length;
      while ((length = in.read(block)) >= 0) {
        received.addAndGet(length);
        socket.getOutputStream().write(block, 0, length);
      }
      socket.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // the proxy went away
    }
  }
}
