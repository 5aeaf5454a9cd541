package io.heraldmesh.proxy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A service that speaks HTTP/2 without TLS as a test says, right or wrong: answers every request
 * with the frames it was given.
 */
final class BadHttp2Service implements AutoCloseable {
  private static final int PREFACE = 24;

  /** Frames of one answer. */
  interface Answer {
    byte[] on(int stream);
  }

  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Answer answer = stream -> ok(stream);

  BadHttp2Service() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  void answer(Answer chosen) {
    answer = chosen;
  }

  /** 200 without a body. */
  static byte[] ok(int stream) {
    return RawHttp2Client.frameBytes(
        RawHttp2Client.HEADERS,
        RawHttp2Client.END_HEADERS | RawHttp2Client.END_STREAM,
        stream,
        RawHttp2Client.block(":status", "200"));
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
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      in.readNBytes(PREFACE);
      socket
          .getOutputStream()
          .write(RawHttp2Client.frameBytes(RawHttp2Client.SETTINGS, 0, 0, new byte[0]));
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.readUnsignedByte();
        int stream = in.readInt();
        if (in.readNBytes(length).length < length) {
          throw new EOFException();
        }
        if (type == RawHttp2Client.HEADERS) {
          socket.getOutputStream().write(answer.on(stream));
        }
      }
    } catch (IOException e) {
      // the proxy went away
    }
  }
}
