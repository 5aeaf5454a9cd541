package io.heraldmesh.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes HTTP/2 frames as a test says, right or wrong, and reads what comes back. */
final class RawHttp2Client implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  /** A frame that came. */
  record Frame(int type, int flags, int stream, ByteBuf payload) {
    /** Error code of a RST_STREAM or GOAWAY. */
    int error() {
      int at = type == GOAWAY ? 4 : 0;
      return payload.getInt(at);
    }
  }

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false);

  /** Sends the preface and empty settings. */
  RawHttp2Client(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(socket.getInputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  RawHttp2Client frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(frameBytes(type, flags, stream, payload));
    out.flush();
    return this;
  }

  /** Many frames in few writes; stops quietly when the other side has had enough. */
  void flood(int times, int type, int flags, int stream, byte[] payload) {
    try {
      byte[] one = frameBytes(type, flags, stream, payload);
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      for (int i = 0; i < times; i++) {
        block.writeBytes(one);
        if (block.size() > 16_000 || i == times - 1) {
          out.write(block.toByteArray());
          block.reset();
        }
      }
      out.flush();
    } catch (IOException e) {
      // closed by the other side, which is for the test to see
    }
  }

  /** HEADERS that end the block; names and values go out as they are. */
  RawHttp2Client request(int stream, boolean end, String... fields) throws IOException {
    return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
  }

  /**
   * The first request of the connection, to {@code server.b}, with {@code fields} behind its own.
   */
  RawHttp2Client call(boolean end, String method, String path, String... fields)
      throws IOException {
    return call(1, end, method, path, fields);
  }

  /** A request to {@code server.b}, with {@code fields} behind its own. */
  RawHttp2Client call(int stream, boolean end, String method, String path, String... fields)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "server.b"));
    all.addAll(List.of(fields));
    return request(stream, end, all.toArray(String[]::new));
  }

  /** A header block of literals without indexing and without Huffman coding. */
  static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      text(block, fields[i]);
      text(block, fields[i + 1]);
    }
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    integer(block, 0, 7, bytes.length);
    block.writeBytes(bytes);
  }

  /** RFC 7541 section 5.1. */
  static void integer(ByteArrayOutputStream block, int first, int bits, int value) {
    int most = (1 << bits) - 1;
    if (value < most) {
      block.write(first | value);
      return;
    }
    block.write(first | most);
    int rest = value - most;
    while (rest >= 128) {
      block.write(rest & 127 | 128);
      rest >>>= 7;
    }
    block.write(rest);
  }

  Frame read() throws IOException {
    return read(in);
  }

  static Frame read(DataInputStream in) throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(type, flags, stream, Unpooled.wrappedBuffer(payload));
  }

  /** The next frame that says how something ended: HEADERS, RST_STREAM or GOAWAY. */
  Frame readAnswer() throws IOException {
    while (true) {
      Frame frame = read();
      if (frame.type() == HEADERS || frame.type() == RST_STREAM || frame.type() == GOAWAY) {
        return frame;
      }
    }
  }

  /** Error code of the GOAWAY with which the connection ends; −1 when it ends without. */
  int readGoAway() {
    int error = -1;
    try {
      while (true) {
        Frame frame = read();
        if (frame.type() == GOAWAY) {
          error = frame.error();
        }
      }
    } catch (IOException ended) {
      return error;
    }
  }

  /** Text of the DATA frames that come next, until there are {@code bytes} of it. */
  String text(int bytes) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.length() < bytes) {
      Frame frame = read();
      if (frame.type() == DATA) {
        text.append(frame.payload().toString(StandardCharsets.ISO_8859_1));
      } else if (frame.type() == RST_STREAM || frame.type() == GOAWAY) {
        throw new IOException("ended with error " + frame.error() + " after " + text);
      } else if (frame.type() == HEADERS) {
        fields(frame);
      }
    }
    return text.toString();
  }

  /** Fields of the HEADERS that come next. */
  Map<String, String> trailers() throws IOException {
    return fields(readAnswer());
  }

  /** The fields of HEADERS, which are decoded but once. */
  Map<String, String> fields(Frame frame) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    try {
      headers
          .decodeHeaders(frame.stream(), frame.payload())
          .forEach(field -> fields.put(field.getKey().toString(), field.getValue().toString()));
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
    return fields;
  }

  String status(Frame frame) throws Http2Exception {
    Http2Headers decoded = headers.decodeHeaders(frame.stream(), frame.payload());
    return String.valueOf(decoded.status());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static byte[] frameBytes(int type, int flags, int stream, byte[] payload) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(9 + payload.length);
    frame.write(payload.length >> 16);
    frame.write(payload.length >> 8);
    frame.write(payload.length);
    frame.write(type);
    frame.write(flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
      frame.write(stream >> shift);
    }
    frame.writeBytes(payload);
    return frame.toByteArray();
  }
}
