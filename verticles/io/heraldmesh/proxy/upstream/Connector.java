package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.ConnectionLimits.Keepalive;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.tls.EventLoops;
import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.PeerRefused;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens connections: name, TCP, and TLS with the server's identity or name checked. */
final class Connector {
  private final EventLoops loops;
  private final EventLoop loop;
  private final Names names;
  private final TlsClients tls;
  private final Limits limits;
  private final DialGuard guard;
  private final Watch watch;
  private final Buffering buffering;

  Connector(
      EventLoops loops,
      EventLoop loop,
      TlsClients tls,
      Limits limits,
      DialGuard guard,
      Watch watch,
      Buffering buffering) {
    this.loops = loops;
    this.loop = loop;
    this.names = new Names(loop, () -> loops.resolver(loop));
    this.tls = tls;
    this.limits = limits;
    this.guard = guard;
    this.watch = watch;
    this.buffering = buffering;
  }

  void open(Target target, Opened opened) {
    names
        .resolve(target.address())
        .addListener(
            (Future<InetSocketAddress> found) -> {
              if (found.isSuccess()) {
                connect(target, found.getNow(), opened);
              } else {
                opened.failed(failure(UpstreamFailure.CONNECT_FAILED, target, found.cause()));
              }
            });
  }

  private void connect(Target target, InetSocketAddress address, Opened opened) {
    String refused = guard.refusal(target, address);
    if (refused != null) {
      opened.failed(
          new UpstreamFailure(UpstreamFailure.ADDRESS_REFUSED, target.describe() + ": " + refused));
      return;
    }
    InetSocketAddress source = ServiceSource.of(target, address);
    Bootstrap bootstrap = source == null ? loops.client(loop) : loops.client(loop, source);
    Keepalive probes = target.limits().keepalive();
    if (probes != null) {
      loops.keepAlive(bootstrap, probes.idleSeconds(), probes.intervalSeconds(), probes.probes());
    }
    bootstrap
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.RECVBUF_ALLOCATOR, buffering)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, target.halfClose())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(millis(target)))
        .handler(new ChannelInboundHandlerAdapter())
        .connect(address)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    secureOrFail(target, connected.channel(), opened);
                  } else {
                    opened.failed(
                        failure(UpstreamFailure.CONNECT_FAILED, target, connected.cause()));
                  }
                });
  }

  /** For TCP, and then for TLS. */
  private long millis(Target target) {
    Duration own = target.limits().connectTimeout();
    return (own == null ? limits.connect() : own).toMillis();
  }

  /** An exception here would otherwise leave somebody waiting for a connection for ever. */
  private void secureOrFail(Target target, Channel channel, Opened opened) {
    try {
      secure(target, channel, opened);
    } catch (RuntimeException e) {
      channel.close();
      opened.failed(failure(UpstreamFailure.TLS_FAILED, target, e));
    }
  }

  private void secure(Target target, Channel channel, Opened opened) {
    long generation = tls.generation(target);
    SslHandler handler;
    try {
      handler = tls.handler(target, channel.alloc());
    } catch (TlsClients.NoTls e) {
      channel.close();
      opened.failed(
          new UpstreamFailure(UpstreamFailure.NO_CREDENTIALS, String.valueOf(e.getMessage())));
      return;
    }
    Made.set(channel, target);
    if (handler == null) {
      opened.ready(channel);
      return;
    }
    handler.setHandshakeTimeoutMillis(millis(target));
    Quiet quiet = new Quiet();
    boolean mesh = target.secured() instanceof Target.Mesh;
    channel.pipeline().addLast(mesh ? MeshTls.CLIENT_HANDLER : "tls", handler).addLast(quiet);
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                Proof.set(channel, tls.server(target, handler), tls.now());
                if (target.secured() instanceof Target.Originated secured) {
                  OriginationGuard.over(channel, handler, tls, target, secured, generation, watch);
                }
                opened.ready(channel);
                channel.pipeline().remove(quiet);
              } else {
                channel.close();
                opened.failed(tlsFailure(target, done.cause()));
              }
            });
  }

  private static UpstreamFailure tlsFailure(Target target, @Nullable Throwable cause) {
    PeerRefused refused = PeerRefused.in(cause);
    return refused == null
        ? new UpstreamFailure(
            UpstreamFailure.TLS_FAILED, detail(target, cause), isUnanswered(cause))
        : new UpstreamFailure(
            UpstreamFailure.IDENTITY_REFUSED, target.describe() + ": " + refused.getMessage());
  }

  /** The server is gone, or says nothing; an alert would be an answer. */
  private static boolean isUnanswered(@Nullable Throwable cause) {
    return cause instanceof SslHandshakeTimeoutException
        || cause instanceof IOException && !(cause instanceof SSLException);
  }

  private static UpstreamFailure failure(String flag, Target target, @Nullable Throwable cause) {
    return new UpstreamFailure(flag, detail(target, cause));
  }

  private static String detail(Target target, @Nullable Throwable cause) {
    return target.describe() + ": " + words(cause);
  }

  /** Netty's exception for a connection that ended has no message. */
  private static String words(@Nullable Throwable cause) {
    return cause instanceof ClosedChannelException
        ? "closed by the other side"
        : cause == null ? "unknown" : String.valueOf(cause.getMessage());
  }

  /** What fails in a handshake is told by its future; as an event it would only be noise. */
  private static final class Quiet extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
