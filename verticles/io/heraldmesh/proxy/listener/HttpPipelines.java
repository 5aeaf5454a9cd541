package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;

/** Puts the handlers of an HTTP version at the end of a client's pipeline. */
final class HttpPipelines {
  private HttpPipelines() {}

  static void http2(ListenerContext context, Channel channel, Gate gate) {
    channel.close();
  }

  static void http1(ListenerContext context, Channel channel, Gate gate) {
    Watch watch = context.upstreams().watch(channel.eventLoop());
    RequestDecoder decoder = new RequestDecoder(context.limits());
    ResponseEncoder encoder = new ResponseEncoder();
    channel
        .pipeline()
        .addLast(
            decoder,
            encoder,
            new HttpServerStream(context, gate, channel, watch, decoder, encoder));
  }
}
