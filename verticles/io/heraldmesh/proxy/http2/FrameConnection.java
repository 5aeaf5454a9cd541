package io.heraldmesh.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection: Netty's codec, with a {@link FrameStream} for each stream and nothing
 * between them. Errors of the connection go down the pipeline before Netty ends it. Belongs to its
 * event loop.
 */
public final class FrameConnection extends Http2ConnectionHandler {
  private final ConnectionListener owner;
  private final PeerSettings peer;
  private final Http2Connection.PropertyKey key;
  private final List<FrameStream> read = new ArrayList<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable FrameStream opening;
  private int grants;
  private boolean reading;
  private boolean announced;

  FrameConnection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      ConnectionListener owner,
      PeerSettings peer) {
    super(decoder, encoder, settings);
    this.owner = owner;
    this.peer = peer;
    this.key = connection().newKey();
    Events events = new Events();
    decoder.frameListener(events);
    connection().addListener(events);
  }

  ConnectionListener owner() {
    return owner;
  }

  /** The channel of the connection. */
  public Channel channel() {
    return context().channel();
  }

  /**
   * How much the other side may send before this side has taken it (RFC 9113 section 5.2). A stream
   * that is not read holds at most its own window. The connection's becomes as large as those of so
   * many streams together, so that they hold up none of the others.
   *
   * @param streams that may be left unread without harm to others
   */
  public void widen(int streams) {
    try {
      decoder()
          .flowController()
          .incrementWindowSize(
              connection().connectionStream(),
              Math.multiplyExact(streams, Http2CodecUtil.DEFAULT_WINDOW_SIZE));
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /** A stream that opens with the first message written to it. */
  public FrameStream newStream(AsciiString scheme, StreamListener listener) {
    return new FrameStream(this, scheme, listener);
  }

  /**
   * Has the other side begin no more streams; those that it has begun before it hears of this are
   * served. The first of two GOAWAYs (RFC 9113 section 6.8): the second, which says which streams
   * were served, goes out when the connection is closed.
   */
  public void announceEnd() {
    if (!connection().goAwaySent()) {
      announced = true;
      sayGoAway(context(), Integer.MAX_VALUE);
      flushSoon();
    }
  }

  private void sayGoAway(ChannelHandlerContext ctx, int last) {
    goAway(ctx, last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
  }

  // ---- for its streams

  ChannelHandlerContext context() {
    ChannelHandlerContext here = context;
    if (here == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return here;
  }

  ChannelPromise promise() {
    return context().newPromise();
  }

  PeerSettings peer() {
    return peer;
  }

  /** Null when the connection takes no more streams; then nothing was sent. */
  @Nullable Http2Stream open(FrameStream stream, Http2Headers headers, boolean last) {
    Http2Connection.Endpoint<?> local = connection().local();
    if (!context().channel().isActive()
        || connection().goAwayReceived()
        || !local.canOpenStream()) {
      return null;
    }
    int id = local.incrementAndGetNextStreamId();
    if (id < 0) {
      owner.goesAway();
      return null;
    }
    opening = stream;
    ChannelFuture written = writeHeaders(id, headers, last);
    opening = null;
    Http2Stream opened = connection().stream(id);
    return opened == null || written.isDone() && !written.isSuccess() ? null : opened;
  }

  ChannelFuture writeHeaders(int id, Http2Headers headers, boolean last) {
    return encoder().writeHeaders(context(), id, headers, 0, last, promise());
  }

  void reset(Http2Stream stream, long code) {
    resetStream(context(), stream.id(), code, promise());
    flushSoon();
  }

  /** The other side may send so much more. */
  void consume(Http2Stream stream, int octets) {
    try {
      if (decoder().flowController().consumeBytes(stream, octets)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /**
   * How much the other side takes of {@code stream}, whether it has left or not; may be below 0.
   */
  int window(Http2Stream stream) {
    return encoder().flowController().windowSize(stream);
  }

  /** How often the other side has made room on the connection as a whole. */
  public int grants() {
    return grants;
  }

  /** At the end of what is being read, or now. */
  void flushSoon() {
    if (!reading) {
      flush(context());
    }
  }

  // ---- in the pipeline

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    reading = true;
    super.channelRead(ctx, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    for (int i = 0; i < read.size(); i++) {
      read.get(i).readAll();
    }
    read.clear();
    reading = false;
    super.channelReadComplete(ctx);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
    if (announced && ctx.channel().isActive()) {
      announced = false;
      sayGoAway(ctx, connection().remote().lastStreamCreated());
    }
    super.close(ctx, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    reading = false;
    super.channelInactive(ctx);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception http2Cause) {
    if (!outbound) {
      ctx.fireExceptionCaught(cause);
    }
    super.onConnectionError(ctx, outbound, cause, http2Cause);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException http2Cause) {
    FrameStream stream = stream(http2Cause.streamId());
    if (stream != null && !outbound) {
      stream.failed(cause);
    } else if (!outbound) {
      if (isLate(http2Cause)) {
        return;
      }
      refused(http2Cause.streamId());
    }
    super.onStreamError(ctx, outbound, cause, http2Cause);
  }

  /**
   * What was on its way when this side ended the stream (RFC 9113 section 5.1). Its octets have
   * been given back; a reset for each frame would count as a flood that ends the connection.
   */
  private boolean isLate(Http2Exception.StreamException cause) {
    return cause.error() == Http2Error.STREAM_CLOSED
        && connection().stream(cause.streamId()) == null
        && connection().streamMayHaveExisted(cause.streamId());
  }

  /**
   * A request whose first frame was refused has existed all the same: the codec has no stream for
   * it and would end the connection, with all requests of others, over the body that follows.
   */
  private void refused(int id) {
    Http2Connection.Endpoint<?> remote = connection().remote();
    if (!connection().isServer()
        || connection().streamMayHaveExisted(id)
        || !remote.isValidStreamId(id)) {
      return;
    }
    int most = remote.maxActiveStreams();
    try {
      if (!remote.canOpenStream()) {
        remote.maxActiveStreams(remote.numActiveStreams() + 1); // it is reset at once
      }
      remote.createStream(id, false);
    } catch (Http2Exception e) {
      // after a GOAWAY: what follows is left out already
    } finally {
      remote.maxActiveStreams(most);
    }
  }

  private @Nullable FrameStream stream(int id) {
    Http2Stream stream = connection().stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  /** What Netty's codec has read and decided. */
  private final class Events extends Http2EventAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean last) {
      FrameStream stream = stream(id);
      if (stream == null) {
        stream = opened(id);
      }
      if (stream != null) {
        noted(stream).headersRead(headers, connection().isServer(), last);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int id,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last) {
      onHeadersRead(ctx, id, headers, padding, last);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean last) {
      FrameStream stream = stream(id);
      return stream == null
          ? data.readableBytes() + padding
          : noted(stream).dataRead(data, padding, last);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
      FrameStream stream = stream(id);
      if (stream != null) {
        stream.resetRead(code);
      }
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int octets) {
      FrameStream stream = stream(id);
      if (id == 0) {
        grants++;
      } else if (stream != null) {
        stream.granted();
      }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings all) throws Http2Exception {
      peer.read(all);
    }

    /** Push was turned off; a server that does it all the same is not listened to. */
    @Override
    public void onPushPromiseRead(
        ChannelHandlerContext ctx, int id, int promised, Http2Headers headers, int padding) {
      resetStream(ctx, promised, Http2Error.CANCEL.code(), ctx.newPromise());
    }

    @Override
    public void onStreamAdded(Http2Stream stream) {
      if (opening != null) {
        stream.setProperty(key, opening);
      }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      FrameStream here = stream.getProperty(key);
      if (here != null) {
        if (!connection().isServer() && connection().goAwayReceived()) {
          here.leftOut(stream.id() > connection().local().lastStreamKnownByPeer());
        }
        here.over();
        if (connection().isServer()) {
          owner.closed(here);
        }
      }
    }

    @Override
    public void onGoAwayReceived(int last, long code, ByteBuf debug) {
      owner.goesAway();
    }

    private @Nullable FrameStream opened(int id) {
      Http2Stream stream = connection().stream(id);
      if (stream == null || !connection().isServer()) {
        return null;
      }
      FrameStream here = new FrameStream(FrameConnection.this, stream);
      stream.setProperty(key, here);
      return here;
    }

    private FrameStream noted(FrameStream stream) {
      if (stream.note()) {
        read.add(stream);
      }
      return stream;
    }
  }
}
