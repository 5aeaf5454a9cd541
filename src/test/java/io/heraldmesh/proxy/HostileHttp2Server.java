package io.heraldmesh.proxy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of HTTP/2 without TLS whose every connection is in the hands of a test. */
final class HostileHttp2Server implements AutoCloseable {
  private static final int PREFACE = 24;

  /** What the server does on one connection; it is closed when this ends. */
  interface Play {
    void on(Connection connection) throws IOException;
  }

  /** One connection, behind the client's preface. */
  static final class Connection {
    private final OutputStream out;
    private final DataInputStream in;

    private Connection(Socket socket) throws IOException {
      socket.setTcpNoDelay(true);
      out = socket.getOutputStream();
      in = new DataInputStream(socket.getInputStream());
      in.readNBytes(PREFACE);
    }

    void send(byte[] frames) throws IOException {
      out.write(frames);
    }

    RawHttp2Client.Frame read() throws IOException {
      return RawHttp2Client.read(in);
    }

    /** The stream of the next request. */
    int request() throws IOException {
      while (true) {
        RawHttp2Client.Frame frame = read();
        if (frame.type() == RawHttp2Client.HEADERS) {
          return frame.stream();
        }
      }
    }

    /** Sends {@code frames} until the other side has had enough. */
    void flood(byte[] frames) throws IOException {
      while (true) {
        out.write(frames);
      }
    }
  }

  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger open = new AtomicInteger();
  private volatile Play play = connection -> {};

  HostileHttp2Server() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  /** From the next connection on. */
  void play(Play chosen) {
    play = chosen;
  }

  /** Connections that were opened so far. */
  int connections() {
    return sockets.size();
  }

  /** Connections whose play goes on. */
  int open() {
    return open.get();
  }

  /** Answers every request with 200 and no body. */
  static void answer(Connection connection) throws IOException {
    connection.send(RawHttp2Client.frameBytes(RawHttp2Client.SETTINGS, 0, 0, new byte[0]));
    while (true) {
      connection.send(BadHttp2Service.ok(connection.request()));
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        open.incrementAndGet();
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      play.on(new Connection(socket));
    } catch (IOException e) {
      // the proxy ended it
    } finally {
      open.decrementAndGet();
    }
  }
}
