package io.heraldmesh.conformance.live;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The service behind a proxy: answers every request with 200, {@code /bytes/N} with so many octets,
 * and keeps the head of each that came whole. Reads framing in the plainest way there is, so that
 * it disagrees where it can.
 */
final class RecordingService implements AutoCloseable {
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

  /** Path of an answer that has so many octets as follow. */
  static final String BYTES = "/bytes/";

  private static final int MOST = 64 * 1024 * 1024;

  private final ServerSocket server;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  RecordingService() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Heads of complete requests, in the order in which they came whole. */
  List<String> heads() {
    return heads;
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
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        body(in, head.toLowerCase(Locale.ROOT));
        heads.add(head);
        answer(socket.getOutputStream(), head.split(" ", 3)[1]);
      }
    } catch (IOException | NumberFormatException e) {
      // the proxy went away, or sent what is no request: nothing is recorded
    }
  }

  private static void answer(OutputStream out, String path) throws IOException {
    if (!path.startsWith(BYTES)) {
      out.write(ANSWER);
      out.flush();
      return;
    }
    int left = Integer.parseInt(path.substring(BYTES.length()));
    out.write(
        ("HTTP/1.1 200 OK\r\nContent-Length: " + left + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    byte[] block = new byte[16 * 1024];
    for (; left > 0; left -= block.length) {
      out.write(block, 0, Math.min(left, block.length));
    }
    out.flush();
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      if (b == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  private static void body(InputStream in, String lower) throws IOException {
    if (lower.contains("\r\ntransfer-encoding: chunked")) {
      for (int length = size(in); length > 0; length = size(in)) {
        exactly(in, length);
        line(in);
      }
      while (!line(in).isEmpty()) {
        // trailers
      }
      return;
    }
    int at = lower.indexOf("\r\ncontent-length:");
    if (at >= 0) {
      int end = lower.indexOf("\r\n", at + 2);
      exactly(in, Long.parseLong(lower.substring(at + 17, end).strip()));
    }
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in).strip(), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private static void exactly(InputStream in, long length) throws IOException {
    if (length > MOST || in.readNBytes((int) length).length < length) {
      throw new EOFException();
    }
  }
}
