package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.http2.FrameBudget;
import io.heraldmesh.proxy.http2.FrameConnection;
import io.heraldmesh.proxy.http2.FrameConnections;
import io.heraldmesh.proxy.upstream.Flushes;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;

/**
 * Puts the handlers of an HTTP version at the end of a client's pipeline. Both end in {@link
 * HttpServerStream}: one for a connection, or one for each stream.
 */
final class HttpPipelines {
  /** Of one client that may be left unread without harm to its others. */
  private static final int SLOW_STREAMS = 15;

  private HttpPipelines() {}

  /**
   * @param since when the first bytes of the client came, or could come
   */
  static void http1(ListenerContext context, Channel channel, Gate gate, long since) {
    // the end of TLS is told by TLS; without that, the end of the stream is an attack on it
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, plain);
    Watch watch = context.upstreams().watch(channel.eventLoop());
    ResponseEncoder encoder = new ResponseEncoder();
    Limits limits = ofPeer(context, gate);
    Http1Client client = new Http1Client(context, gate, channel, watch, since, limits, encoder);
    channel.pipeline().addLast(client.decoder(), encoder, client);
    if (context.open().draining(channel)) {
      client.drain();
    }
  }

  /**
   * @param since when the first bytes of the client came, or could come
   */
  static void http2(ListenerContext context, Channel channel, Gate gate, long since) {
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    Watch watch = context.upstreams().watch(channel.eventLoop());
    Limits limits = ofPeer(context, gate);
    FrameBudget budget = FrameBudget.ofClient(watch::now);
    Http2ServerConnection connection =
        new Http2ServerConnection(context, gate, budget, watch, since);
    FrameConnection frames =
        FrameConnections.server(
            limits.concurrentStreams(),
            limits.headerListBytes(),
            limits.resetsPerWindow(),
            connection);
    channel.pipeline().addLast(Flushes.together(), budget, frames, connection);
    // another proxy has the streams of many clients on one connection
    frames.widen(gate.origin().mutualTls() ? limits.concurrentStreams() : SLOW_STREAMS);
  }

  private static Limits ofPeer(ListenerContext context, Gate gate) {
    return gate.origin().mutualTls() ? context.limits().ofProxies() : context.limits();
  }
}
