package io.heraldmesh.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds the work that the other side asks for without sending anything of use: frames that only
 * manage the connection (SETTINGS, PING, PRIORITY, WINDOW_UPDATE, and those of no known type), DATA
 * without data, and of a server also HEADERS and RST_STREAM beyond what its answers need. Each
 * costs one; some are earned with time, with every byte that passes in either direction, since
 * honest window updates and pings grow with what is transferred, and with each request that a
 * server gets. Who has spent all gets a GOAWAY with ENHANCE_YOUR_CALM (RFC 9113 section 10.5), and
 * is cut off when he does not take it. Stands in front of the codec and reads frame headers only.
 * Belongs to one event loop.
 */
public final class FrameBudget extends ChannelDuplexHandler {
  /** What a connection begins with, and the most that can be saved up. */
  public static final int MOST = 1_000;

  private static final int PER_SECOND = 50;
  private static final int BYTES_PER_FRAME = 1_024;

  /** Of a server's answer: an interim one, head, trailers, and a reset of what it did not read. */
  private static final int PER_REQUEST = 4;

  private static final long PARTING_MILLIS = 1_000;
  private static final int FRAME_HEADER = 9;
  private static final int TYPE_AT = 3;
  private static final int FLAGS_AT = 4;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;

  private final LongSupplier nowMillis;
  private final boolean server;
  private long preface;
  private double left = MOST;
  private long since;
  private long payloadLeft;
  private int headerSeen;
  private int length;
  private int type;
  private int flags;
  private boolean spent;

  private FrameBudget(LongSupplier nowMillis, boolean server, int preface) {
    this.nowMillis = nowMillis;
    this.server = server;
    this.preface = preface;
    this.since = nowMillis.getAsLong();
  }

  /**
   * For what a client sends; the codec has bounds of its own for its resets.
   *
   * @param nowMillis coarse monotonic time
   */
  public static FrameBudget ofClient(LongSupplier nowMillis) {
    return new FrameBudget(nowMillis, false, Http2CodecUtil.connectionPrefaceBuf().readableBytes());
  }

  /**
   * For what a server sends.
   *
   * @param nowMillis coarse monotonic time
   */
  public static FrameBudget ofServer(LongSupplier nowMillis) {
    return new FrameBudget(nowMillis, true, 0);
  }

  /** The server gets another request, and so may answer it. */
  public void called() {
    earn(PER_REQUEST);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (spent) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof ByteBuf bytes) {
      read(bytes);
      earn((double) bytes.readableBytes() / BYTES_PER_FRAME);
    }
    if (left < 0) {
      spent = true;
      ReferenceCountUtil.release(message);
      part(ctx);
      return;
    }
    ctx.fireChannelRead(message);
  }

  /** Says why and closes; at once, should the other side not take even that. */
  private void part(ChannelHandlerContext ctx) {
    ctx.executor().schedule(() -> ctx.close(), PARTING_MILLIS, TimeUnit.MILLISECONDS);
    ctx.fireExceptionCaught(
        Http2Exception.connectionError(
            Http2Error.ENHANCE_YOUR_CALM, "too many frames that carry nothing"));
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      earn((double) bytes.readableBytes() / BYTES_PER_FRAME);
    }
    ctx.write(message, promise);
  }

  private void earn(double frames) {
    left = Math.min(MOST, left + frames);
  }

  private void read(ByteBuf bytes) {
    long now = nowMillis.getAsLong();
    earn((now - since) * PER_SECOND / 1000.0);
    since = now;
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    int skipped = (int) Math.min(preface, end - at);
    preface -= skipped;
    at += skipped;
    while (at < end) {
      if (payloadLeft > 0) {
        skipped = (int) Math.min(payloadLeft, end - at);
        payloadLeft -= skipped;
        at += skipped;
      } else {
        header(bytes.getUnsignedByte(at++));
      }
    }
  }

  private void header(int octet) {
    if (headerSeen < TYPE_AT) {
      length = headerSeen == 0 ? octet : length << 8 | octet;
    } else if (headerSeen == TYPE_AT) {
      type = octet;
    } else if (headerSeen == FLAGS_AT) {
      flags = octet;
    }
    if (++headerSeen == FRAME_HEADER) {
      headerSeen = 0;
      payloadLeft = length;
      if (costs()) {
        left--;
      }
    }
  }

  private boolean costs() {
    return switch (type) {
      case DATA -> length == 0 && (flags & END_STREAM) == 0;
      case HEADERS, RST_STREAM -> server;
      // the codec counts those of one block
      case CONTINUATION -> false;
      default -> true;
    };
  }
}
