package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection to tell what is spoken on it, and not for ever. What it
 * has read goes to the handler that takes its place.
 */
abstract class Sniffer extends ByteToMessageDecoder implements Watch.Timed {
  private static final long NOTHING = Long.MIN_VALUE;

  private final ListenerContext listening;
  private @Nullable Watch watch;
  private @Nullable ChannelHandlerContext context;
  private long since;
  private long heard = NOTHING;

  Sniffer(ListenerContext listening) {
    this.listening = listening;
  }

  /**
   * Called again and again while nothing is decided.
   *
   * @param waitedMillis since the connection came here
   */
  abstract void undecided(ChannelHandlerContext ctx, long waitedMillis);

  /**
   * The client sends nothing more, and nothing is decided: decides as when time is up. A connection
   * of which nothing can be made then is closed.
   */
  void ended(ChannelHandlerContext ctx) {
    undecided(ctx, Long.MAX_VALUE);
  }

  /** The timeouts of this connection's loop. */
  final Watch watch() {
    return Objects.requireNonNull(watch);
  }

  /** When the connection came here. */
  final long since() {
    return since;
  }

  /** When the first bytes came; now, while there are none. */
  final long heard() {
    return heard == NOTHING ? watch().now() : heard;
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (heard == NOTHING) {
      heard = watch().now();
    }
    super.channelRead(ctx, message);
  }

  @Override
  public final void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    Watch here = listening.upstreams().watch(ctx.channel().eventLoop());
    watch = here;
    since = here.now();
    here.add(this);
    // a client that ends its direction may wait for an answer
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  /** What takes the place of this hears of the end after all that came before it. */
  @Override
  public final void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent) {
      ended(ctx);
      if (ctx.isRemoved()) {
        ctx.fireUserEventTriggered(event);
      } else {
        ctx.close();
      }
    } else if (event instanceof SslCloseCompletionEvent) {
      ctx.close(); // it takes no answer either
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  protected final void handlerRemoved0(ChannelHandlerContext ctx) {
    if (watch != null) {
      watch.remove(this);
    }
  }

  @Override
  public final void check(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    Overload overload = listening.overload();
    if (listening.open().draining(ctx.channel()) && now - since > Closing.BEGIN_MILLIS) {
      ctx.close();
    } else if (overload.saving() && now - since > Overload.PATIENCE_MILLIS) {
      overload.shed(Shed.NEWCOMER);
      ctx.close();
    } else {
      undecided(ctx, now - since);
    }
  }
}
