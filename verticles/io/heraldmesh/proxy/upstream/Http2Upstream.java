package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.upstream.Circuit.Place;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection to a target and the streams on it. Belongs to its event loop. */
final class Http2Upstream extends ChannelInboundHandlerAdapter implements Opened {
  /** Until the other side says how many it takes. */
  private static final int STREAMS_AT_FIRST = 100;

  /** Of a connection on which the other side broke the rules. */
  private static final AttributeKey<Boolean> FAULTY = AttributeKey.valueOf("herald.http2.faulty");

  private final Target target;
  private final Http2Pool pool;
  private final long generation;
  private final @Nullable Place place;
  private final ArrayDeque<ResponseSink> waiting = new ArrayDeque<>();
  private @Nullable Channel connection;
  private @Nullable Http2StreamChannelBootstrap streams;
  private long most;
  private int open;
  private int lent;
  private boolean used;
  private boolean ending;
  private long opened;
  private long idleSince;

  /**
   * @param place of its own in the target's circuit; null: it is not counted
   */
  Http2Upstream(Target target, Http2Pool pool, long generation, @Nullable Place place) {
    this.target = target;
    this.pool = pool;
    this.generation = generation;
    this.place = place;
    this.most = Math.min(STREAMS_AT_FIRST, target.limits().streams());
    this.idleSince = pool.now();
  }

  Target target() {
    return target;
  }

  long generation() {
    return generation;
  }

  /** The connection is there. */
  boolean isOpen() {
    return streams != null;
  }

  /** Coarse time in ms since when it {@link #isOpen}. */
  long opened() {
    return opened;
  }

  /** Coarse time in ms at which the last stream ended. */
  long idleSince() {
    return idleSince;
  }

  /** No stream, and nobody who waits for one. */
  boolean carriesNothing() {
    return isOpen() && open == 0;
  }

  /** Another stream may be opened. */
  boolean free() {
    return !ending && open + waiting.size() < most;
  }

  void lend(ResponseSink sink) {
    lent++;
    if (lent == target.limits().requests()) {
      // it carries what it has, and closes itself then
      ending = true;
      pool.remove(this);
    }
    Http2StreamChannelBootstrap ready = streams;
    if (ready == null) {
      waiting.add(sink);
    } else {
      openStream(ready, sink);
    }
  }

  /** {@code sink} does not wait any more; false when it did not. */
  boolean forget(ResponseSink sink) {
    boolean waited = waiting.remove(sink);
    if (waited) {
      pool.left(this);
    }
    return waited;
  }

  @Override
  public void ready(Channel channel) {
    connection = channel;
    opened = pool.now();
    idleSince = opened;
    if (place != null) {
      place.freeWith(channel);
    }
    if (target.mayBeDeclined() && !takesHttp2(channel)) {
      decline(channel);
      return;
    }
    channel
        .pipeline()
        .addLast(
            Flushes.together(),
            Http2FrameCodecBuilder.forClient()
                .initialSettings(
                    Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .maxHeaderListSize(pool.headerBytes()))
                .build(),
            new Http2MultiplexHandler(new NoPush()),
            this);
    Windows.widen(channel, STREAMS_AT_FIRST);
    Http2StreamChannelBootstrap bootstrap = new Http2StreamChannelBootstrap(channel);
    streams = bootstrap;
    ResponseSink sink;
    while ((sink = waiting.poll()) != null) {
      pool.left(this);
      openStream(bootstrap, sink);
    }
    if (ending && open == 0) {
      channel.close();
    }
  }

  private static boolean takesHttp2(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls != null && "h2".equals(tls.applicationProtocol());
  }

  /** Who waits gets a connection without the others. */
  private void decline(Channel channel) {
    pool.declined(target);
    end();
    channel.close();
    failAll(
        new UpstreamFailure(UpstreamFailure.NOT_SHARED, target.describe() + " takes no HTTP/2"));
  }

  @Override
  public void failed(UpstreamFailure failure) {
    end();
    if (place != null) {
      place.free();
    }
    failAll(failure);
  }

  private void failAll(UpstreamFailure failure) {
    ResponseSink sink;
    while ((sink = waiting.poll()) != null) {
      pool.left(this);
      sink.failed(failure);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    if (frame instanceof Http2SettingsFrame settings) {
      Long streamsTaken = settings.settings().maxConcurrentStreams();
      if (streamsTaken != null) {
        most = Math.min(streamsTaken, target.limits().streams());
      }
    } else if (frame instanceof Http2GoAwayFrame) {
      end();
    }
    ReferenceCountUtil.release(frame);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (isFault(cause)) {
      ctx.channel().attr(FAULTY).set(true);
    }
    end();
    ctx.close();
  }

  /** The other side broke the rules, and did not just go away. */
  static boolean isFault(Throwable cause) {
    return cause instanceof Http2Exception
        || cause instanceof DecoderException && !(cause.getCause() instanceof SSLException);
  }

  /** {@code stream} ended because the other side broke the rules on its connection. */
  static boolean isFaulty(Channel stream) {
    return stream.parent() != null && stream.parent().hasAttr(FAULTY);
  }

  /** It gets no more streams, and closes when it has none. */
  void end() {
    ending = true;
    pool.remove(this);
    if (connection != null && open == 0) {
      connection.close();
    }
  }

  private void openStream(Http2StreamChannelBootstrap bootstrap, ResponseSink sink) {
    open++;
    UpstreamStream stream = new UpstreamStream(target, null, generation);
    boolean again = used;
    used = true;
    bootstrap
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new Http2StreamFrameToHttpObjectCodec(false, true), stream);
              }
            })
        .open()
        .addListener(
            (Future<Http2StreamChannel> opened) -> {
              if (opened.isSuccess()) {
                opened.getNow().closeFuture().addListener(closed -> closedStream());
                stream.lend(sink, again);
                sink.connected(stream);
              } else {
                closedStream();
                sink.failed(
                    new UpstreamFailure(
                        UpstreamFailure.RESET, target + ": " + opened.cause().getMessage()));
              }
            });
  }

  private void closedStream() {
    open--;
    idleSince = pool.now();
    if (ending && open == 0 && connection != null) {
      connection.close();
    } else if (!ending) {
      pool.freed(this);
    }
  }

  /** Push was turned off; a server that does it all the same is not listened to. */
  private static final class NoPush extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      channel.close();
    }
  }
}
