package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.upstream.Watch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.ReferenceCountUtil;

/**
 * Bounds the work that an HTTP/2 client asks for without sending anything of use: frames that only
 * manage the connection (SETTINGS, PING, PRIORITY, WINDOW_UPDATE, and those of no known type). Each
 * costs one; a client earns some with time, and with every byte that passes in either direction,
 * since honest window updates and pings grow with what is transferred. One that has spent all gets
 * a GOAWAY with ENHANCE_YOUR_CALM (RFC 9113 section 10.5). Stands in front of the codec and reads
 * frame headers only. Belongs to one event loop.
 */
final class FrameBudget extends ChannelDuplexHandler {
  /** What a connection begins with, and the most it can save up. */
  static final int MOST = 1_000;

  private static final int PER_SECOND = 50;
  private static final int BYTES_PER_FRAME = 1_024;
  private static final int FRAME_HEADER = 9;
  private static final int TYPE_AT = 3;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int CONTINUATION = 9;

  private final Watch watch;
  private long preface;
  private double left = MOST;
  private long since;
  private long payloadLeft;
  private int headerSeen;
  private int length;
  private int type;
  private boolean spent;

  /**
   * @param preface octets of the client's preface that come before the first frame
   */
  FrameBudget(Watch watch, int preface) {
    this.watch = watch;
    this.preface = preface;
    this.since = watch.now();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (spent) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof ByteBuf bytes) {
      read(bytes);
      earn(bytes.readableBytes());
    }
    if (left < 0) {
      spent = true;
      ReferenceCountUtil.release(message);
      ctx.fireExceptionCaught(
          Http2Exception.connectionError(
              Http2Error.ENHANCE_YOUR_CALM, "too many frames that carry nothing"));
      return;
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      earn(bytes.readableBytes());
    }
    ctx.write(message, promise);
  }

  private void earn(int bytes) {
    left = Math.min(MOST, left + (double) bytes / BYTES_PER_FRAME);
  }

  private void read(ByteBuf bytes) {
    long now = watch.now();
    left = Math.min(MOST, left + (now - since) * PER_SECOND / 1000.0);
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
    }
    if (++headerSeen == FRAME_HEADER) {
      headerSeen = 0;
      payloadLeft = length;
      // the codec has bounds of its own for the others
      if (type != DATA && type != HEADERS && type != RST_STREAM && type != CONTINUATION) {
        left--;
      }
    }
  }
}
