package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.http2.ConnectionListener;
import io.heraldmesh.proxy.http2.FrameStream;
import io.heraldmesh.proxy.http2.StreamListener;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import org.jspecify.annotations.Nullable;

/** A client's HTTP/2 connection as a whole: ends it when idle or when the proxy drains. */
final class Http2ServerConnection extends ChannelInboundHandlerAdapter
    implements ConnectionListener, Watch.Timed {
  private final ListenerContext listening;
  private final Gate gate;
  private final Watch watch;
  private @Nullable ChannelHandlerContext context;
  private int streams;
  private long untaken;
  private long idleSince;

  Http2ServerConnection(ListenerContext listening, Gate gate, Watch watch) {
    this.listening = listening;
    this.gate = gate;
    this.watch = watch;
    this.idleSince = watch.now();
  }

  @Override
  public StreamListener opened(FrameStream stream) {
    streams++;
    ChannelHandlerContext ctx = context;
    if (ctx != null && listening.open().draining(ctx.channel())) {
      // a new connection has its first request; a later one is told that it was not looked at
      ctx.executor().execute(ctx::close);
    }
    return new Http2Client(listening, gate, stream, watch);
  }

  @Override
  public void closed(FrameStream stream) {
    streams--;
    idleSince = watch.now();
  }

  @Override
  public void takes(long most) {
    // a server opens none
  }

  @Override
  public void goesAway() {
    // the client closes when it has its answers
  }

  /** How many are open. */
  int streams() {
    return streams;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    watch.add(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    watch.remove(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      // the codec sends GOAWAY and waits for the streams that are open
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof Http2Exception)) {
      ctx.close();
    }
    // otherwise the codec is about to say why and to close
  }

  @Override
  public void check(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    if (streams > 0 && !isStuck(ctx.channel())) {
      idleSince = now;
    }
    long allowed = listening.limits().idle().toMillis();
    long waited = now - idleSince;
    Overload overload = listening.overload();
    if (waited > overload.patience(allowed)) {
      if (waited <= allowed) {
        overload.shed(streams > 0 ? Shed.STALLED : Shed.IDLE);
      }
      end(ctx);
    }
  }

  /** The client reads nothing of the connection, although there is enough for it. */
  private boolean isStuck(Channel channel) {
    long before = untaken;
    untaken = channel.isWritable() ? 0 : channel.bytesBeforeWritable();
    return before > 0 && untaken >= before;
  }

  private void end(ChannelHandlerContext ctx) {
    if (streams > 0) {
      Ends.cut(ctx.channel()); // nothing that is said to it arrives
    } else {
      ctx.close();
    }
  }
}
