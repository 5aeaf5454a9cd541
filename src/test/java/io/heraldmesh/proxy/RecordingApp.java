package io.heraldmesh.proxy;

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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service behind a proxy: a small HTTP/1.1 server on plain sockets that keeps what reached it,
 * byte for byte.
 *
 * <pre>
 * /big?N    N bytes        /chunked   a chunked body       /close   a body that ends with the connection
 * /echo     the body       /hang      no answer            /drop    closes without an answer
 * /raw      {@link #rawAnswer}    /rawclose    the same and closes     /early    the same, before the body
 * anything else   200 "ok"
 * </pre>
 */
final class RecordingApp implements AutoCloseable {
  /** A request as it came. */
  record Seen(String head, String body, int connection) {
    String line() {
      return head.substring(0, head.indexOf("\r\n"));
    }

    List<String> values(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return head.lines()
          .skip(1)
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()).trim())
          .toList();
    }
  }

  private static final int MOST = 100 * 1024 * 1024;

  private final ServerSocket server;
  private final String host;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Set<String> callers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile byte[] rawAnswer = new byte[0];

  RecordingApp() throws IOException {
    this("127.0.0.1");
  }

  RecordingApp(String host) throws IOException {
    server = new ServerSocket(0, 100, InetAddress.ofLiteral(host));
    this.host = host;
    Thread.startVirtualThread(this::accept);
  }

  HostPort address() {
    return new HostPort(host, server.getLocalPort());
  }

  List<Seen> seen() {
    return seen;
  }

  Seen last() {
    return seen.getLast();
  }

  int connections() {
    return connections.get();
  }

  /** The addresses that connections came from. */
  Set<String> callers() {
    return callers;
  }

  /** What {@code /raw} answers. */
  void rawAnswer(String text) {
    rawAnswer = text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** As a service does that restarts. */
  void closeConnections() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
    closeConnections();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true); // head and body leave in writes of their own
        sockets.add(socket);
        callers.add(socket.getInetAddress().getHostAddress());
        int number = connections.incrementAndGet();
        Thread.startVirtualThread(() -> serve(socket, number));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (one(in, out, number)) {
        out.flush();
      }
    } catch (IOException e) {
      // the proxy went away
    }
  }

  private boolean one(InputStream in, OutputStream out, int number) throws IOException {
    String head = head(in);
    if (head.isEmpty()) {
      return false;
    }
    String lower = head.toLowerCase(Locale.ROOT);
    String path = head.split(" ", 3)[1];
    if (lower.contains("expect: 100-continue")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    if (path.equals("/early")) {
      out.write(rawAnswer);
      out.flush();
    }
    byte[] body = body(in, lower);
    seen.add(new Seen(head, new String(body, StandardCharsets.ISO_8859_1), number));
    if (path.startsWith("/big?")) {
      int length = Integer.parseInt(path.substring(5));
      out.write(
          ("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] block = new byte[16 * 1024];
      Arrays.fill(block, (byte) 'x');
      for (int left = length; left > 0; left -= block.length) {
        out.write(block, 0, Math.min(left, block.length));
      }
    } else if (path.equals("/chunked")) {
      out.write(
          String.join(
                  "\r\n",
                  "HTTP/1.1 200 OK",
                  "Transfer-Encoding: chunked",
                  "",
                  "5",
                  "hello",
                  "6",
                  " world",
                  "0",
                  "",
                  "")
              .getBytes(StandardCharsets.US_ASCII));
    } else if (path.equals("/close")) {
      out.write("HTTP/1.1 200 OK\r\n\r\nuntil the end".getBytes(StandardCharsets.US_ASCII));
      return false;
    } else if (path.equals("/hang")) {
      return in.read() >= 0;
    } else if (path.equals("/drop")) {
      return false;
    } else if (path.equals("/raw")) {
      out.write(rawAnswer);
    } else if (path.equals("/rawclose")) {
      out.write(rawAnswer);
      return false;
    } else if (path.equals("/early")) {
      return true;
    } else {
      byte[] answer = path.equals("/echo") ? body : "ok".getBytes(StandardCharsets.US_ASCII);
      out.write(
          ("HTTP/1.1 200 OK\r\nContent-Length: "
                  + answer.length
                  + "\r\nKeep-Alive: timeout=5\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      if (!head.startsWith("HEAD ")) {
        out.write(answer);
      }
    }
    return true;
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) >= 0) {
      head.write(b);
      if (b == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  private static byte[] body(InputStream in, String lower) throws IOException {
    if (lower.contains("\r\ntransfer-encoding: chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        int length = Integer.parseInt(line(in).trim(), 16);
        if (length == 0) {
          while (!line(in).isEmpty()) {
            // trailers
          }
          return body.toByteArray();
        }
        body.write(exactly(in, length));
        line(in);
      }
    }
    int at = lower.indexOf("\r\ncontent-length:");
    if (at < 0) {
      return new byte[0];
    }
    int end = lower.indexOf("\r\n", at + 2);
    long length = Long.parseLong(lower.substring(at + 17, end).trim());
    if (length > MOST) {
      throw new IOException("a body of " + length + " bytes");
    }
    return exactly(in, (int) length);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int b;
    while ((b = in.read()) != '\n') {
      if (b < 0) {
        throw new EOFException();
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }
}
