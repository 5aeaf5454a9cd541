package io.heraldmesh.proxy;

import io.heraldmesh.OutsideAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A service that speaks TLS of its own, under a name of its own, and sends back what it gets. */
final class TlsEchoApp implements AutoCloseable {
  private final SSLServerSocket server;
  private final AtomicInteger connections = new AtomicInteger();

  TlsEchoApp(String name) throws Exception {
    server =
        (SSLServerSocket)
            new OutsideAuthority("outside")
                .issue(name, name)
                .serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  /** Connections that came, whatever became of them. */
  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void accept() {
    try {
      while (true) {
        SSLSocket socket = (SSLSocket) server.accept();
        connections.incrementAndGet();
        Thread.startVirtualThread(() -> echo(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void echo(SSLSocket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // the client has gone
    }
  }
}
