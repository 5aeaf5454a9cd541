package io.heraldmesh.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sends bytes as they are and reads what comes. */
final class RawClient implements AutoCloseable {
  /** What came back. */
  record Answer(int status, String head, String body) {}

  private final Socket socket;
  private final InputStream in;

  RawClient(InetSocketAddress address) throws IOException {
    this(new Socket(address.getAddress(), address.getPort()));
  }

  /** On a socket that is connected, such as a TLS one. */
  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a head of these lines. */
  RawClient head(String... lines) throws IOException {
    return send(String.join("\r\n", lines) + "\r\n\r\n");
  }

  Answer get(String path, String host) throws IOException {
    return head("GET " + path + " HTTP/1.1", "Host: " + host).answer();
  }

  void finishOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads the head of one response, as all there is of an answer to HEAD. */
  String headOnly() throws IOException {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    while (!raw.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed after \"" + raw + '"');
      }
      raw.write(b);
    }
    return raw.toString(StandardCharsets.ISO_8859_1);
  }

  /** Reads one response. */
  Answer answer() throws IOException {
    String head = headOnly();
    String lower = head.toLowerCase(Locale.ROOT);
    int status = Integer.parseInt(head.substring(9, 12));
    int length = lower.indexOf("\r\ncontent-length:");
    if (lower.contains("\r\ntransfer-encoding: chunked")) {
      return new Answer(status, head, text(chunks()));
    }
    if (length >= 0 && status >= 200) {
      int end = lower.indexOf("\r\n", length + 2);
      int bytes = Integer.parseInt(lower.substring(length + 17, end).trim());
      return new Answer(status, head, text(in.readNBytes(bytes)));
    }
    return new Answer(status, head, "");
  }

  /** Something has come that was not read yet. */
  boolean hasAnswer() {
    try {
      return in.available() > 0;
    } catch (IOException closed) {
      return false;
    }
  }

  byte[] read(int bytes) throws IOException {
    return in.readNBytes(bytes);
  }

  /** Everything until the other side closes, which it must within 10 s. */
  String readAll() throws IOException {
    try {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }

  /** Gone for good: nothing of an answer would arrive. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  boolean closed() {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(line().trim(), 16);
      if (length == 0) {
        while (!line().isEmpty()) {
          // trailers
        }
        return body.toByteArray();
      }
      body.write(in.readNBytes(length));
      line();
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int b;
    while ((b = in.read()) != '\n') {
      if (b < 0) {
        throw new IOException("closed");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }
}
