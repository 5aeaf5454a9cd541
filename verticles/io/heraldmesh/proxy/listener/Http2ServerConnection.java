package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.http2.ConnectionListener;
import io.heraldmesh.proxy.http2.FrameBudget;
import io.heraldmesh.proxy.http2.FrameConnection;
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

/**
 * A client's HTTP/2 connection as a whole: ends it when idle, when a request head does not end, or
 * when the proxy drains: what is on its way then has a moment to come.
 */
final class Http2ServerConnection extends ChannelInboundHandlerAdapter
    implements ConnectionListener, Watch.Timed {
  private final ListenerContext listening;
  private final Gate gate;
  private final FrameBudget frames;
  private final Watch watch;
  private @Nullable ChannelHandlerContext context;
  private int streams;
  private boolean served;
  private boolean holdsHead;
  private boolean told;
  private long ends = Long.MAX_VALUE;
  private long untaken;
  private int granted;
  private long heldSince;
  private long idleSince;

  /**
   * @param frames of the client, before they come here
   * @param since when the first bytes of the client came
   */
  Http2ServerConnection(
      ListenerContext listening, Gate gate, FrameBudget frames, Watch watch, long since) {
    this.listening = listening;
    this.gate = gate;
    this.frames = frames;
    this.watch = watch;
    this.idleSince = since;
  }

  @Override
  public StreamListener opened(FrameStream stream) {
    streams++;
    boolean first = !served;
    served = true;
    ChannelHandlerContext ctx = context;
    if (first && !told && ctx != null && listening.open().draining(ctx.channel())) {
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
  public void sent() {
    frames.sent();
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
    dropHead(ctx);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    holdHead(ctx);
    ctx.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event != Drain.NOW) {
      return;
    }
    if (!listening.open().draining(ctx.channel())) {
      // the codec sends GOAWAY and waits for the streams that are open
      ctx.close();
    } else if (!told) {
      told = true;
      ends = watch.now() + Closing.BEGIN_MILLIS;
      ctx.pipeline().get(FrameConnection.class).announceEnd();
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
    if (now > ends) {
      ends = Long.MAX_VALUE;
      ctx.close();
    }
    if (streams > 0 && !isStuck(ctx.channel())) {
      idleSince = now;
    }
    boolean head = frames.inBlock();
    Limits limits = listening.limits();
    long allowed = (head || !served ? limits.requestHead() : limits.idle()).toMillis();
    long waited = now - (head && served ? frames.blockSince() : idleSince);
    Overload overload = listening.overload();
    if (waited <= overload.patience(allowed)) {
      return;
    }
    if (waited <= allowed) {
      overload.shed(head ? Shed.HEAD : streams > 0 ? Shed.STALLED : Shed.IDLE);
    }
    if (head) {
      frames.refuse("a request head that does not end"); // the streams beside it never may
    } else if (streams > 0) {
      Ends.cut(ctx.channel()); // nothing that is said to it arrives
    } else {
      ctx.close();
    }
  }

  /** The client reads nothing of the connection, although there is enough for it. */
  private boolean isStuck(Channel channel) {
    long before = untaken;
    int room = granted;
    FrameConnection codec = channel.pipeline().get(FrameConnection.class);
    granted = codec == null ? room : codec.grants();
    untaken = channel.isWritable() ? 0 : channel.bytesBeforeWritable();
    return before > 0 && untaken >= before && granted == room;
  }

  /**
   * A head that has not come whole counts against those of all clients. Another proxy's does not,
   * for its connection has the streams of many: the time for a head bounds it.
   */
  private void holdHead(ChannelHandlerContext ctx) {
    if (!frames.inBlock() || gate.origin().mutualTls()) {
      dropHead(ctx);
      return;
    }
    if (heldSince != frames.blockSince()) { // another head than the one before
      dropHead(ctx);
      heldSince = frames.blockSince();
    }
    holdsHead = listening.heads().hold(ctx.channel(), frames.blockOctets());
    if (!holdsHead) {
      frames.refuse("too much of unfinished heads");
    }
  }

  private void dropHead(ChannelHandlerContext ctx) {
    if (holdsHead) {
      holdsHead = false;
      listening.heads().done(ctx.channel());
    }
  }
}
