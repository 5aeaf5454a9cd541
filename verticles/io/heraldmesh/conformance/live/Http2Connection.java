package io.heraldmesh.conformance.live;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.HashSet;
import java.util.Set;

/** A client that writes frames as a case says, and reads what comes of it. */
final class Http2Connection implements AutoCloseable {
  private final RawConnection connection;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  /** A frame that came. */
  private record Frame(int type, int stream, ByteBuf payload) {
    long error() {
      return payload.getUnsignedInt(type == Http2Bytes.GOAWAY ? 4 : 0);
    }
  }

  /** Sends the preface and {@code settings}. */
  Http2Connection(RawConnection connection, byte[] settings) {
    this.connection = connection;
    this.in = new DataInputStream(connection.input());
    send(Http2Bytes.preface());
    send(settings);
  }

  /** Sends all, or as much as the other side takes before it closes. */
  void send(byte[] bytes) {
    connection.send(bytes, false);
  }

  /** A head on {@code stream}. */
  void head(int stream, boolean last, byte[] block) {
    int flags = Http2Bytes.END_HEADERS | (last ? Http2Bytes.END_STREAM : 0);
    send(Http2Bytes.frame(Http2Bytes.HEADERS, flags, stream, block));
  }

  /** What comes of {@code stream} first. */
  Http2Answer answer(int stream) throws IOException {
    while (true) {
      Frame frame;
      try {
        frame = read();
      } catch (SocketTimeoutException silent) {
        return Http2Answer.none();
      } catch (IOException ended) {
        return Http2Answer.end();
      }
      if (frame.type() == Http2Bytes.GOAWAY) {
        return Http2Answer.error(frame.error());
      }
      if (frame.type() == Http2Bytes.RST_STREAM && frame.stream() == stream) {
        return Http2Answer.error(frame.error());
      }
      if (frame.type() == Http2Bytes.HEADERS) {
        int status = status(frame);
        if (frame.stream() == stream && status >= 200) {
          return Http2Answer.status(status);
        }
      }
    }
  }

  /** How many streams are reset before {@code most} are, the connection ends, or nothing comes. */
  int resets(int most) {
    Set<Integer> streams = new HashSet<>();
    try {
      while (streams.size() < most) {
        Frame frame = read();
        if (frame.type() == Http2Bytes.RST_STREAM) {
          streams.add(frame.stream());
        }
      }
    } catch (IOException ended) {
      // so no more of them
    }
    return streams.size();
  }

  private int status(Frame frame) throws IOException {
    try {
      Http2Headers head = decoder.decodeHeaders(frame.stream(), frame.payload());
      return head.status() == null ? 0 : Integer.parseInt(head.status().toString());
    } catch (Http2Exception | NumberFormatException e) {
      throw new IOException("the answer's head cannot be read", e);
    }
  }

  private Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    in.readUnsignedByte();
    int stream = in.readInt();
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(type, stream, Unpooled.wrappedBuffer(payload));
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
