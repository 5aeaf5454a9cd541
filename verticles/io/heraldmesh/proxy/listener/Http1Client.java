package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Reading;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/** A client's HTTP/1.1 connection: the last handler of its pipeline. Belongs to its event loop. */
final class Http1Client extends ChannelInboundHandlerAdapter implements ClientEnd {
  private final ListenerContext context;
  private final Channel channel;
  private final RequestDecoder decoder;
  private final ResponseEncoder encoder;
  private final HttpServerStream requests;
  private boolean aside;
  private boolean holdsHead;

  /**
   * @param since when the client's first bytes came, or could come
   * @param ofPeer what one request may be
   */
  Http1Client(
      ListenerContext context,
      Gate gate,
      Channel channel,
      Watch watch,
      long since,
      Limits ofPeer,
      ResponseEncoder encoder) {
    this.context = context;
    this.channel = channel;
    this.encoder = encoder;
    this.requests = new HttpServerStream(context, gate, this, watch, since);
    this.decoder = new RequestDecoder(ofPeer, requests::hasWaiting);
  }

  /** What stands before it in the pipeline. */
  RequestDecoder decoder() {
    return decoder;
  }

  /** End after the request that is under way or, on a new connection, is awaited. */
  void drain() {
    requests.drain();
  }

  // ---- what the requests need of the connection

  @Override
  public Channel channel() {
    return channel;
  }

  @Override
  public boolean http2() {
    return false;
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public long untaken() {
    return Buffering.waiting(channel);
  }

  @Override
  public long taken() {
    return channel.bytesBeforeWritable();
  }

  @Override
  public void adapt(Overload overload) {
    Buffering.adapt(channel, overload);
  }

  @Override
  public void write(HttpObject message) {
    channel.write(message, channel.voidPromise());
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void read(boolean on) {
    if (on) {
      Reading.resume(channel);
    } else {
      Reading.stop(channel);
    }
  }

  @Override
  public void expectNoBody(boolean head) {
    encoder.expectNoBody(head);
  }

  @Override
  public boolean waitsForRestOfHead() {
    return decoder.waitsForRestOfHead();
  }

  @Override
  public boolean mayLeave() {
    return !decoder.hasUnread();
  }

  /** Later: whoever asks may have been called by the decoder, which goes on by itself then. */
  @Override
  public void resume() {
    if (decoder.hasUnread()) {
      channel.eventLoop().execute(decoder::resume);
    }
  }

  @Override
  public void closeInTurn() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void finishOutput(Runnable said) {
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            written -> {
              sayEnd();
              said.run();
            });
  }

  private void sayEnd() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    ChannelFuture said = tls == null ? channel.newSucceededFuture() : tls.closeOutbound();
    said.addListener(
        done -> {
          if (channel instanceof DuplexChannel duplex && channel.isActive()) {
            duplex.shutdownOutput();
          }
        });
  }

  @Override
  public void close() {
    channel.close();
  }

  @Override
  public void abort(long error) {
    channel.close();
  }

  @Override
  public boolean isAheadOfClient() {
    return false;
  }

  // ---- how it becomes something else

  /** The first half of {@link #leave}: what is written now goes out as it is. */
  void stopEncoding() {
    channel.pipeline().remove(ResponseEncoder.class);
  }

  /** Leaves the connection to {@code successor}, with what was read and not looked at yet. */
  void leave(ChannelHandler successor) {
    requests.left();
    channel.pipeline().addLast(successor);
    channel.pipeline().remove(this);
    channel.pipeline().remove(RequestDecoder.class);
  }

  /** A CONNECT is being answered: {@code tunnel} hears first of all that comes. */
  void stepAside(ConnectRequest tunnel) {
    aside = true;
    channel.pipeline().addBefore(channel.pipeline().context(this).name(), null, tunnel);
    HttpObject part;
    while ((part = requests.pollPipelined()) != null) {
      tunnel.early(part);
    }
  }

  // ---- what comes from the client

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    requests.left();
    dropHead();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpObject part) {
      requests.received(part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    holdHead();
    requests.receivedAll();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    requests.writabilityChanged(channel.isWritable());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    requests.gone();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      drain();
      return;
    }
    if (event instanceof ChannelInputShutdownEvent) {
      requests.inputEnded(aside);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    requests.failed(cause instanceof DecoderException);
  }

  /** A head that has not come whole counts against those of all clients. */
  private void holdHead() {
    boolean unfinished = decoder.waitsForRestOfHead() && !requests.closing().discarding();
    if (unfinished) {
      holdsHead = context.heads().hold(channel, decoder.headSize());
      if (!holdsHead) {
        requests.overloaded();
      }
    } else if (holdsHead) {
      dropHead();
    }
  }

  private void dropHead() {
    if (holdsHead) {
      holdsHead = false;
      context.heads().done(channel);
    }
  }
}
