package io.heraldmesh.cli.demo;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An HTTP/1.1 client on a bare socket: what it returns was on the wire. One connection, kept open
 * between requests, closed by {@link #close}. Blocking; for the walk's own thread.
 */
public final class WireClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;

  /**
   * @param status 0: the peer closed the connection without an answer
   */
  public record Answer(int status, List<String> headers, String body) {
    static final Answer CLOSED = new Answer(0, List.of(), "");
  }

  public WireClient(int port) throws IOException {
    this(port, TIMEOUT_MILLIS);
  }

  /**
   * @param answerWithinMillis after which reading fails
   */
  public WireClient(int port, int answerWithinMillis) throws IOException {
    socket.setSoTimeout(answerWithinMillis);
    socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** One request on a connection of its own. */
  public static Answer once(int port, String method, String host, String path, List<String> headers)
      throws IOException {
    try (WireClient client = new WireClient(port)) {
      return client.send(method, host, path, headers);
    }
  }

  /** Sends a request without a body and reads the whole answer. */
  public Answer send(String method, String host, String path, List<String> headers)
      throws IOException {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    head.append("\r\n");
    headers.forEach(h -> head.append(h).append("\r\n"));
    if (method.equals("POST")) {
      head.append("Content-Length: 0\r\n");
    }
    head.append("\r\n");
    try {
      out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return read();
    } catch (EOFException e) {
      return Answer.CLOSED;
    } catch (SocketException e) {
      return Answer.CLOSED; // reset: also a close without an answer
    }
  }

  private Answer read() throws IOException {
    String statusLine = line();
    String[] parts = statusLine.split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
      throw new IOException("not an HTTP answer: " + statusLine);
    }
    List<String> headers = new ArrayList<>();
    int length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      headers.add(header);
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).trim());
      } else if (lower.startsWith("transfer-encoding:")) {
        chunked = lower.contains("chunked");
      }
    }
    String body = chunked ? chunks() : text(length);
    return new Answer(Integer.parseInt(parts[1]), headers, body);
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
      body.append(text(size));
      line();
    }
    String trailer = line();
    while (!trailer.isEmpty()) {
      trailer = line();
    }
    return body.toString();
  }

  private String text(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
