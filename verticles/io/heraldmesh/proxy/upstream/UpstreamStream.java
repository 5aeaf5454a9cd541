package io.heraldmesh.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One request's way to a target and back: a whole HTTP/1.1 connection while it is lent out, or one
 * HTTP/2 stream. Belongs to one event loop.
 */
public final class UpstreamStream extends ChannelInboundHandlerAdapter {
  private final Target target;
  private final @Nullable Pool pool;
  private final long generation;
  private @Nullable Channel channel;
  private @Nullable ResponseSink sink;
  private @Nullable ResponseSink finished;
  private int lent;
  private boolean reused;
  private boolean reusable;
  private boolean closed;
  private boolean reading;
  private boolean refused;
  private long error = Http2Error.INTERNAL_ERROR.code();
  private long opened;
  private long idleSince;

  /**
   * @param pool where the connection goes back to; null for a stream, which is used once
   * @param generation of the credentials it was opened with
   */
  UpstreamStream(Target target, @Nullable Pool pool, long generation) {
    this.target = target;
    this.pool = pool;
    this.generation = generation;
  }

  public Target target() {
    return target;
  }

  public Channel channel() {
    Channel here = channel;
    if (here == null) {
      throw new IllegalStateException("not connected yet");
    }
    return here;
  }

  /** It carried another request before, so the other side may have been about to close it. */
  public boolean reused() {
    return reused;
  }

  /** The other side said that it did not look at the request (RFC 9113 section 8.7). */
  public boolean refused() {
    return refused;
  }

  /**
   * The error code with which the other side reset the stream; INTERNAL_ERROR when it ended in any
   * other way.
   */
  public long error() {
    return error;
  }

  /** Coarse time in ms at which the connection was there. */
  long opened() {
    return opened;
  }

  void opened(long millis) {
    opened = millis;
  }

  /** Coarse time in ms at which it went back to its pool. */
  long idleSince() {
    return idleSince;
  }

  void idleSince(long millis) {
    idleSince = millis;
  }

  long generation() {
    return generation;
  }

  boolean usable() {
    return !closed && channel().isActive();
  }

  /** The response now awaited is to a HEAD request. */
  boolean expectsNoBody() {
    return sink != null && sink.expectsNoBody();
  }

  void lend(ResponseSink to, boolean again) {
    sink = to;
    reused = again;
    lent++;
    reusable = false;
  }

  public void write(Object message) {
    channel().write(message, channel().voidPromise());
  }

  public void flush() {
    channel().flush();
  }

  /**
   * The exchange is over. A connection goes back to its pool when {@code again}, but only after
   * everything that was read with the response has been looked at: whatever follows a response
   * unasked must not be taken for the next one.
   */
  public void done(boolean again) {
    finished = sink;
    sink = null;
    int most = target.limits().requests();
    boolean goesOn = again && (most == 0 || lent < most);
    reusable = goesOn && pool != null;
    if (!goesOn) {
      close();
    }
    if (!reading) {
      giveBack();
    }
  }

  /** The first half of {@link #leave}: what is written now goes out as it is. */
  public void stopEncoding() {
    channel().pipeline().remove(RequestEncoder.class);
  }

  /**
   * Leaves the connection to {@code successor}, with what was read and not looked at yet. It never
   * goes back to its pool.
   */
  public void leave(ChannelHandler successor) {
    sink = null;
    ChannelPipeline pipeline = channel().pipeline();
    pipeline.addLast(successor);
    pipeline.remove(this);
    pipeline.remove(ResponseDecoder.class);
  }

  /** Gives up: resets the stream or closes the connection. */
  public void abort() {
    sink = null;
    close();
  }

  /** Stops or resumes reading, so that a slow client slows the service down. */
  public void pause(boolean paused) {
    if (paused == channel().config().isAutoRead()) {
      if (paused) {
        Reading.stop(channel());
      } else {
        Reading.resume(channel());
      }
    }
  }

  void close() {
    closed = true;
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    ResponseSink waiting = sink;
    if (waiting != null && pool == null && hasMoreThanACode(message)) {
      ReferenceCountUtil.release(message);
      sink = null;
      close();
      waiting.malformed("text behind the code in :status");
    } else if (waiting != null && message instanceof HttpObject part) {
      waiting.received(part);
    } else {
      // bytes that nobody asked for
      ReferenceCountUtil.release(message);
      if (pool != null) {
        reusable = false;
        close();
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (sink != null) {
      sink.receivedAll();
    }
    giveBack();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (sink != null) {
      sink.writabilityChanged(ctx.channel().isWritable());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame reset) {
      error = reset.errorCode();
    }
    // a stream hears of a GOAWAY only when it comes after the last one that was looked at
    refused |=
        event instanceof Http2GoAwayFrame
            || event instanceof Http2ResetFrame reset
                && reset.errorCode() == Http2Error.REFUSED_STREAM.code();
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closed = true;
    if (pool != null) {
      pool.remove(this);
    }
    ResponseSink waiting = sink;
    if (waiting != null) {
      sink = null;
      if (Http2Upstream.isFaulty(ctx.channel())) {
        waiting.malformed(target.describe() + ": broke the rules of HTTP/2");
      } else {
        waiting.broken(target.describe() + ": closed by the other side");
      }
    }
    giveBack();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ResponseSink waiting = sink;
    sink = null;
    close();
    if (waiting != null) {
      String detail = String.valueOf(cause.getMessage());
      if (pool == null && Http2Upstream.isFault(cause)) {
        waiting.malformed(detail);
      } else {
        waiting.broken(detail);
      }
    }
  }

  /** Netty takes what stands behind the code for a reason, which HTTP/2 does not have. */
  private static boolean hasMoreThanACode(Object message) {
    return message instanceof HttpResponse response
        && !HttpResponseStatus.valueOf(response.status().code())
            .reasonPhrase()
            .equals(response.status().reasonPhrase());
  }

  private void giveBack() {
    ResponseSink released = finished;
    if (released == null) {
      return;
    }
    finished = null;
    if (reusable && pool != null && usable()) {
      channel().config().setAutoRead(true);
      pool.giveBack(this);
    }
    released.receivedAll();
    released.released();
  }
}
