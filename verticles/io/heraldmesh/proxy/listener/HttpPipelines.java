package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.upstream.Flushes;
import io.heraldmesh.proxy.upstream.Watch;
import io.heraldmesh.proxy.upstream.Windows;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;

/**
 * Puts the handlers of an HTTP version at the end of a client's pipeline. Both end in {@link
 * HttpServerStream}: one for a connection, or one for each stream.
 */
final class HttpPipelines {
  private static final int RESET_WINDOW_SECONDS = 30;

  /** Of one client that may be left unread without harm to its others. */
  private static final int SLOW_STREAMS = 15;

  private static final int PREFACE = Http2CodecUtil.connectionPrefaceBuf().readableBytes();

  private HttpPipelines() {}

  static void http1(ListenerContext context, Channel channel, Gate gate) {
    // the end of TLS is told by TLS; without that, the end of the stream is an attack on it
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, plain);
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

  static void http2(ListenerContext context, Channel channel, Gate gate) {
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    Watch watch = context.upstreams().watch(channel.eventLoop());
    Http2ServerConnection connection = new Http2ServerConnection(context, watch);
    ChannelInitializer<Channel> stream =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel child) {
            connection.opened(child);
            child
                .pipeline()
                .addLast(
                    new Http2StreamFrameToHttpObjectCodec(true, true),
                    new HttpServerStream(context, gate, child, watch, null, null));
          }
        };
    channel
        .pipeline()
        .addLast(
            Flushes.together(),
            new FrameBudget(watch, PREFACE),
            codec(context.limits()),
            new Http2MultiplexHandler(stream),
            connection);
    // another proxy has the streams of many clients on one connection
    Windows.widen(
        channel, gate.origin().mutualTls() ? context.limits().concurrentStreams() : SLOW_STREAMS);
  }

  private static Http2FrameCodec codec(Limits limits) {
    return Http2FrameCodecBuilder.forServer()
        .initialSettings(
            Http2Settings.defaultSettings()
                .maxConcurrentStreams(limits.concurrentStreams())
                .maxHeaderListSize(limits.headerBytes()))
        .validateHeaders(true)
        .validateRequiredPseudoHeaders(true)
        .decoderEnforceMaxRstFramesPerWindow(limits.resetsPerWindow(), RESET_WINDOW_SECONDS)
        .build();
  }
}
