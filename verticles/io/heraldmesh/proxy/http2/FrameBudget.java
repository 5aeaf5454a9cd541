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
import org.jspecify.annotations.Nullable;

/**
 * Bounds the work that the other side asks for without sending anything of use: frames that only
 * manage the connection (SETTINGS, PING, PRIORITY, WINDOW_UPDATE, and those of no known type), DATA
 * without data, and of a server also HEADERS and RST_STREAM beyond what its answers need. Each
 * costs one; some are earned with time, with every byte that passes in either direction and every
 * frame of a message that it is sent, since honest window updates and pings grow with what is
 * transferred, and with each request that a server gets. Who has spent all gets a GOAWAY with
 * ENHANCE_YOUR_CALM (RFC 9113 section 10.5), and is cut off when he does not take it. Stands in
 * front of the codec and reads frame headers only, so it also knows of a field block that has begun
 * and not ended, which the codec tells nobody. Belongs to one event loop.
 */
public final class FrameBudget extends ChannelDuplexHandler {
  /** What a connection begins with, and the most that can be saved up. */
  public static final int MOST = 1_000;

  private static final int PER_SECOND = 50;
  private static final int BYTES_PER_FRAME = 1_024;

  /** Of a server's answer: an interim one, head, trailers, and a reset of what it did not read. */
  private static final int PER_REQUEST = 4;

  /**
   * Of DATA, however short: room on its stream and on the connection, and a ping that measures how
   * long they take, as gRPC in Go sends them.
   */
  private static final int PER_SENT = 3;

  private static final long PARTING_MILLIS = 1_000;
  private static final int FRAME_HEADER = 9;
  private static final int TYPE_AT = 3;
  private static final int FLAGS_AT = 4;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

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
  private boolean inBlock;
  private long blockSince;
  private int blockOctets;
  private @Nullable ChannelHandlerContext context;

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

  /** The other side is sent DATA, or an answer's head or trailers. */
  public void sent() {
    earn(PER_SENT);
  }

  /** The head or the trailers of a message have begun to come and have not ended. */
  public boolean inBlock() {
    return inBlock;
  }

  /** When that which is under way began. */
  public long blockSince() {
    return blockSince;
  }

  /** How many octets of it are here. */
  public int blockOctets() {
    return blockOctets;
  }

  /**
   * Ends the connection as one that has spent all.
   *
   * @param why is told to the other side
   */
  public void refuse(String why) {
    ChannelHandlerContext here = context;
    if (here != null && !spent) {
      spent = true;
      inBlock = false;
      part(here, why);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
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
      ReferenceCountUtil.release(message);
      refuse("too many frames that carry nothing");
      return;
    }
    ctx.fireChannelRead(message);
  }

  /** Says why and closes; at once, should the other side not take even that. */
  private static void part(ChannelHandlerContext ctx, String why) {
    ctx.executor().schedule(() -> ctx.close(), PARTING_MILLIS, TimeUnit.MILLISECONDS);
    ctx.fireExceptionCaught(Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, why));
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
        at += skipped;
        payload(skipped);
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
      if (type == HEADERS) {
        inBlock = true;
        blockSince = since;
        blockOctets = 0;
      }
      payload(0);
    }
  }

  /**
   * So much of the frame's payload is here. Only CONTINUATION may stand between those of a block.
   */
  private void payload(int octets) {
    payloadLeft -= octets;
    if (inBlock) {
      blockOctets += octets;
      inBlock = payloadLeft > 0 || (flags & END_HEADERS) == 0;
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
