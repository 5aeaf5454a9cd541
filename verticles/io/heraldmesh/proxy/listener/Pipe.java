package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Reading;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * One direction of a tunnel: what is read here is written there, read only as fast as it is taken.
 * The end of input ends the other side's output, and leaves the way back open.
 */
final class Pipe extends ChannelInboundHandlerAdapter {
  private final Runnable closed;
  private final Channel to;
  private final Watch watch;
  private final Overload overload;
  private long bytes;
  private long lastRead;
  private Stall stall = Stall.NONE;

  /**
   * @param closed runs when the side that is read is closed
   */
  Pipe(Runnable closed, Channel to, Watch watch, Overload overload) {
    this.closed = closed;
    this.to = to;
    this.watch = watch;
    this.overload = overload;
    this.lastRead = watch.now();
  }

  long bytes() {
    return bytes;
  }

  long lastRead() {
    return lastRead;
  }

  /** What was read is not taken on the other side. */
  boolean isHeldUp() {
    return !to.isWritable();
  }

  /** For how long nothing of what was read was taken on the other side. Asked by a timer. */
  long heldUp(long now) {
    stall = stall.look(now, bytes, Buffering.waiting(to));
    return stall.millis(now);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf buffer)) {
      ReferenceCountUtil.release(message);
      return;
    }
    bytes += buffer.readableBytes();
    lastRead = watch.now();
    Buffering.adapt(to, overload);
    to.write(buffer, to.voidPromise());
    if (!to.isWritable()) {
      ctx.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    to.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      Reading.resume(to);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      // not close_notify: the peer's TLS would then end its own direction too
      to.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              written -> {
                if (to instanceof DuplexChannel duplex && to.isActive()) {
                  duplex.shutdownOutput();
                }
                if (to instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
                  to.close(); // the other pipe ends this side, after what is on its way here
                }
              });
    } else if (event instanceof SslCloseCompletionEvent) {
      finish();
    } else if (event != Drain.NOW) {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    finish();
    closed.run();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private void finish() {
    if (to.isActive()) {
      to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
