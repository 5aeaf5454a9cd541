package io.heraldmesh.proxy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service that speaks HTTP/2 without TLS as a test says, right or wrong. */
final class BadHttp2Service implements AutoCloseable {
  private static final int PREFACE = 24;

  /** Frames of one answer. */
  interface Answer {
    byte[] on(int stream);
  }

  /** What follows a frame that came. */
  interface Script {
    /**
     * @param connection counted from 1
     */
    byte[] on(int connection, RawHttp2Client.Frame frame) throws Parting;
  }

  /** Closes the connection after these frames. */
  static final class Parting extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient byte[] frames;

    Parting(byte[] frames) {
      this.frames = frames;
    }
  }

  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Script script = answering(BadHttp2Service::ok);

  BadHttp2Service() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  /** Answers every request so. */
  void answer(Answer chosen) {
    script = answering(chosen);
  }

  void script(Script chosen) {
    script = chosen;
  }

  /** Connections that were opened so far. */
  int connections() {
    return sockets.size();
  }

  private static Script answering(Answer answer) {
    return (connection, frame) ->
        frame.type() == RawHttp2Client.HEADERS ? answer.on(frame.stream()) : new byte[0];
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
        int connection = sockets.size();
        Thread.startVirtualThread(() -> serve(socket, connection));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket, int connection) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      in.readNBytes(PREFACE);
      socket
          .getOutputStream()
          .write(RawHttp2Client.frameBytes(RawHttp2Client.SETTINGS, 0, 0, new byte[0]));
      while (true) {
        RawHttp2Client.Frame frame = RawHttp2Client.read(in);
        byte[] frames;
        try {
          frames = script.on(connection, frame);
        } catch (Parting parting) {
          socket.getOutputStream().write(parting.frames);
          return;
        }
        socket.getOutputStream().write(frames);
      }
    } catch (IOException e) {
      // the proxy went away, or is to see that this side does
    }
  }
}
