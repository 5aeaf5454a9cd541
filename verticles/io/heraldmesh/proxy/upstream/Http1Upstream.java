package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.overload.Overload;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to a target, in its pool or lent to one request. Belongs to one event
 * loop.
 */
public final class Http1Upstream extends ChannelInboundHandlerAdapter implements UpstreamStream {
  private final Target target;
  private final Pool pool;
  private final long generation;
  private @Nullable Channel channel;
  private @Nullable ResponseDecoder decoder;
  private @Nullable ResponseSink sink;
  private @Nullable ResponseSink finished;
  private int lent;
  private long octets;
  private boolean reused;
  private boolean reusable;
  private boolean closed;
  private boolean reading;
  private boolean counted;
  private long opened;
  private long idleSince;

  /**
   * @param pool where the connection goes back to
   * @param generation of the credentials it was opened with
   */
  Http1Upstream(Target target, Pool pool, long generation) {
    this.target = target;
    this.pool = pool;
    this.generation = generation;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public Channel channel() {
    Channel here = channel;
    if (here == null) {
      throw new IllegalStateException("not connected yet");
    }
    return here;
  }

  @Override
  public boolean reused() {
    return reused;
  }

  @Override
  public boolean isWritable() {
    return channel().isWritable();
  }

  @Override
  public long untaken() {
    return Buffering.waiting(channel());
  }

  @Override
  public void adapt(Overload overload) {
    Buffering.adapt(channel(), overload);
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

  /** It is one of those that requests have to themselves. */
  boolean counted() {
    return counted;
  }

  void counted(boolean is) {
    counted = is;
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
    octets = 0;
    reusable = false;
  }

  @Override
  public void write(HttpObject message) {
    octets += Weight.of(message);
    channel().write(message, channel().voidPromise());
  }

  @Override
  public void flush() {
    channel().flush();
  }

  /**
   * The connection goes back to its pool when {@code again}, but only after everything that was
   * read with the response has been looked at: whatever follows a response unasked must not be
   * taken for the next one.
   */
  @Override
  public void done(boolean again) {
    target.weigh(octets);
    finished = sink;
    sink = null;
    int most = target.limits().requests();
    boolean goesOn = again && (most == 0 || lent < most);
    reusable = goesOn;
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
    pool.uncount(this);
    ChannelPipeline pipeline = channel().pipeline();
    pipeline.addLast(successor);
    pipeline.remove(this);
    pipeline.remove(ResponseDecoder.class);
  }

  @Override
  public void abort() {
    target.weigh(octets);
    sink = null;
    close();
  }

  @Override
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
    decoder = ctx.pipeline().get(ResponseDecoder.class);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    ResponseSink waiting = sink;
    if (waiting != null && message instanceof HttpObject part) {
      octets += Weight.of(part);
      waiting.received(part);
    } else {
      ReferenceCountUtil.release(message);
      refuseUnasked();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (sink != null) {
      sink.receivedAll();
    } else if (decoder != null && decoder.begun()) {
      refuseUnasked();
    }
    giveBack();
  }

  /** Bytes that nobody asked for, if only the first of a response: not for the next request. */
  private void refuseUnasked() {
    reusable = false;
    close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (sink != null) {
      sink.writabilityChanged(ctx.channel().isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closed = true;
    pool.remove(this);
    ResponseSink waiting = sink;
    if (waiting != null) {
      sink = null;
      waiting.broken(target.describe() + ": closed by the other side");
    }
    giveBack();
  }

  /**
   * Anybody may have cut off TLS that ends without saying so (RFC 9112 section 9.8). The decoder,
   * which hears of it next, would take it for the end of a response that has no other.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent end && !end.isSuccess()) {
      broken(target.describe() + ": closed by the other side, without an end of TLS");
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    broken(String.valueOf(cause.getMessage()));
  }

  private void broken(String detail) {
    ResponseSink waiting = sink;
    sink = null;
    close();
    if (waiting != null) {
      waiting.broken(detail);
    }
  }

  private void giveBack() {
    ResponseSink released = finished;
    if (released == null) {
      return;
    }
    finished = null;
    if (reusable && usable()) {
      channel().config().setAutoRead(true);
      pool.giveBack(this);
    }
    released.receivedAll();
    released.released();
  }
}
