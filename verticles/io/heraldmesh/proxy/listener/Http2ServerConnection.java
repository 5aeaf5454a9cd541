package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.http2.ConnectionListener;
import io.heraldmesh.proxy.http2.FrameStream;
import io.heraldmesh.proxy.http2.StreamListener;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Watch;
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
    if (ctx == null || streams > 0) {
      return;
    }
    long allowed = listening.limits().idle().toMillis();
    long waited = now - idleSince;
    Overload overload = listening.overload();
    if (waited > overload.patience(allowed)) {
      if (waited <= allowed) {
        overload.shed(Shed.IDLE);
      }
      ctx.close();
    }
  }
}
