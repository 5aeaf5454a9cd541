package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.PeerIdentity;
import io.heraldmesh.tls.PeerRefused;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The standing of a workload's own call that is under way: the destination is still one it may
 * call, and the server that answers may still stand behind it.
 */
final class OutboundStanding implements Standing {
  private final ListenerContext context;
  private final Supplier<@Nullable Routes> routes;
  private final Function<Routes, @Nullable Route> find;
  private final String host;
  private final Supplier<@Nullable Channel> upstream;
  private @Nullable Routes judgedBy;
  private @Nullable PeerIdentity server;
  private @Nullable Channel judged;
  private long generation = Long.MIN_VALUE;
  private long files;

  /**
   * @param routes of the calling workload, as of now
   * @param find the destination that was called
   * @param host as which it was called
   * @param upstream the connection or stream to the server; null while there is none yet
   */
  OutboundStanding(
      ListenerContext context,
      Supplier<@Nullable Routes> routes,
      Function<Routes, @Nullable Route> find,
      String host,
      Supplier<@Nullable Channel> upstream) {
    this.context = context;
    this.routes = routes;
    this.find = find;
    this.host = host;
    this.upstream = upstream;
  }

  @Override
  public @Nullable Reason withdrawn(Instant now) {
    Channel channel = upstream.get();
    if (!Objects.equals(channel, judged)) {
      // the first one, or another after a retry: with a server of its own
      judged = channel;
      judgedBy = null;
      server = null;
      generation = Long.MIN_VALUE;
    }
    SslHandler tls = channel == null ? null : tls(channel);
    if (tls != null) {
      Reason untrusted = untrusted(tls, now);
      if (untrusted != null) {
        return untrusted;
      }
    }
    Routes current = routes.get();
    long trusted = context.upstreams().filesGeneration();
    if (current == null || current == judgedBy && trusted == files) {
      return null;
    }
    judgedBy = current;
    files = trusted;
    Route route = find.apply(current);
    if (route == null) {
      return new Reason(UpstreamFailure.NO_ROUTE, "the destination is gone");
    }
    PeerIdentity known = server;
    if (known != null && !route.mayAnswer(known.id())) {
      return new Reason(
          UpstreamFailure.IDENTITY_REFUSED,
          known.id() + " does not stand behind " + route.destination().service() + " any more");
    }
    return channel == null ? null : unproved(route, connection(channel));
  }

  private @Nullable Reason unproved(Route route, Channel connection) {
    try {
      if (!context.upstreams().check(route, host, connection)) {
        judgedBy = null;
      }
      return null;
    } catch (PeerRefused e) {
      return new Reason(UpstreamFailure.IDENTITY_REFUSED, "the server: " + e.getMessage());
    }
  }

  private @Nullable Reason untrusted(SslHandler tls, Instant now) {
    long current = context.tls().generation();
    if (current != generation) {
      try {
        server = context.tls().server(tls.engine());
        generation = current;
      } catch (PeerRefused e) {
        return new Reason(UpstreamFailure.IDENTITY_REFUSED, "the server: " + e.getMessage());
      }
    }
    PeerIdentity known = server;
    if (known != null && known.hasEnded(now)) {
      return new Reason(UpstreamFailure.IDENTITY_REFUSED, "the server's certificate has ended");
    }
    if (known != null && known.isTooEarly(now)) {
      return new Reason(
          UpstreamFailure.IDENTITY_REFUSED, "the server's certificate is not valid yet");
    }
    return null;
  }

  /** No policy refused the caller: there is nobody any more who may answer. */
  @Override
  public int status() {
    return 503;
  }

  /** Mesh TLS, if any; an HTTP/2 stream's is its connection's. */
  private static @Nullable SslHandler tls(Channel channel) {
    return connection(channel).pipeline().get(MeshTls.CLIENT_HANDLER) instanceof SslHandler tls
        ? tls
        : null;
  }

  private static Channel connection(Channel channel) {
    return channel.parent() == null ? channel : channel.parent();
  }
}
