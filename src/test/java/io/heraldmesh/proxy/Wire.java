package io.heraldmesh.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between two proxies and counts the connections that both keep open. */
final class Wire implements AutoCloseable {
  private final InetSocketAddress to;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  Wire(InetSocketAddress to) throws IOException {
    this.to = to;
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  int open() {
    return open.size();
  }

  /** Breaks all connections that are open; new ones pass. */
  void cut() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        open.add(near);
        Socket far = new Socket(to.getAddress(), to.getPort());
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        Thread.startVirtualThread(() -> pass(near, near, far));
        Thread.startVirtualThread(() -> pass(near, far, near));
      }
    } catch (IOException e) {
      // closed
    }
  }

  /** The end of either direction ends the connection. */
  private void pass(Socket connection, Socket from, Socket onTo) {
    try (from;
        onTo) {
      InputStream in = from.getInputStream();
      OutputStream out = onTo.getOutputStream();
      byte[] block = new byte[16 * 1024];
      int length;
      while ((length = in.read(block)) >= 0) {
        out.write(block, 0, length);
      }
    } catch (IOException e) {
      // either side went away
    } finally {
      open.remove(connection);
    }
  }
}
