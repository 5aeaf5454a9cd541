package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.filter.Permit;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Reading;
import io.heraldmesh.proxy.upstream.ResponseSink;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of an HTTP/1.1 connection, or of one HTTP/2 stream: takes requests one at a time
 * and in order, lets the gate decide, and gives each to an {@link Exchange}. Belongs to its event
 * loop.
 */
final class HttpServerStream extends ChannelInboundHandlerAdapter implements Watch.Timed {
  private final ListenerContext context;
  private final Admission admission;
  private final Closing closing;
  private final @Nullable RequestDecoder decoder;
  private final @Nullable ResponseEncoder encoder;
  private final Watch watch;
  private final Channel channel;
  private final Parts<HttpObject> pipelined = new Parts<>();
  private @Nullable Exchange exchange;
  private boolean reading;
  private boolean served;
  private boolean grpc;
  private boolean paused;
  private boolean inHead;
  private boolean aside;
  private boolean ended;
  private boolean holdsHead;
  private long since;

  /**
   * @param decoder null on an HTTP/2 stream, as {@code encoder}
   */
  HttpServerStream(
      ListenerContext context,
      Gate gate,
      Channel channel,
      Watch watch,
      @Nullable RequestDecoder decoder,
      @Nullable ResponseEncoder encoder) {
    this.context = context;
    this.admission = new Admission(context, gate, this);
    this.channel = channel;
    this.closing = new Closing(this, channel);
    this.watch = watch;
    this.decoder = decoder;
    this.encoder = encoder;
    this.since = watch.now();
  }

  // ---- what an exchange needs of its client

  Channel channel() {
    return channel;
  }

  ListenerContext context() {
    return context;
  }

  Limits limits() {
    return context.limits();
  }

  long now() {
    return watch.now();
  }

  boolean reading() {
    return reading;
  }

  boolean writable() {
    return channel.isWritable();
  }

  boolean closesAfterResponse() {
    Exchange running = exchange;
    return closing.near() || !http2() && running != null && !running.requestComplete();
  }

  void forward(Permit permit, Target target, ResponseSink sink, boolean fresh) {
    context.upstreams().forward(permit, target, channel.eventLoop(), sink, fresh);
  }

  void forget(Target target, ResponseSink sink) {
    context.upstreams().forget(target, channel.eventLoop(), sink);
  }

  void write(Object message) {
    channel.write(message, channel.voidPromise());
  }

  void flush() {
    channel.flush();
  }

  /** Reads from the client only what can be passed on. */
  void updateRead() {
    Exchange running = exchange;
    boolean stop =
        !pipelined.isEmpty()
            || running != null && !running.requestComplete() && !running.wantsBody();
    if (stop != paused) {
      paused = stop;
      if (stop) {
        Reading.stop(channel);
      } else {
        Reading.resume(channel);
      }
    }
  }

  /** {@code done} has its response and its upstream is free: the next request's turn. */
  void next(Exchange done) {
    if (exchange != done) {
      return;
    }
    exchange = null;
    since = watch.now();
    if (closing.near() || http2()) {
      closing.end(false);
      return;
    }
    HttpObject part;
    while (!closing.discarding()
        && startable(pipelined.peek())
        && (part = pipelined.poll()) != null) {
      take(part);
    }
    if (!reading && exchange != null) {
      exchange.clientReadAll();
    }
    if (ended && exchange != null && !exchange.requestComplete()) {
      exchange.cutShort();
    }
    updateRead();
  }

  /**
   * The client has ended its direction and every request that it sent was taken up; it may still
   * wait for answers (RFC 9112 section 9.6).
   */
  boolean exhausted() {
    return ended && pipelined.isEmpty();
  }

  /** The connection may go on as something else: the client waits for its answer. */
  boolean mayLeave() {
    return encoder != null && pipelined.isEmpty() && !ended;
  }

  /** The first half of {@link #leave}: what is written now goes out as it is. */
  void stopEncoding() {
    channel.pipeline().remove(ResponseEncoder.class);
  }

  /** Leaves the connection to {@code successor}, with what was read and not looked at yet. */
  void leave(ChannelHandler successor) {
    exchange = null;
    channel.pipeline().addLast(successor);
    channel.pipeline().remove(this);
    channel.pipeline().remove(RequestDecoder.class);
  }

  // ---- what its ending needs of the client

  Closing closing() {
    return closing;
  }

  void forgetExchange() {
    exchange = null;
  }

  void forgetPipelined() {
    pipelined.release();
  }

  /** Whatever comes, if only to be thrown away. */
  void readOn() {
    since = watch.now();
    if (paused) {
      paused = false;
      Reading.resume(channel);
    }
  }

  /** What is answered now is a gRPC call. */
  boolean grpc() {
    return grpc;
  }

  // ---- what admission needs of its client

  /** The request now read is a gRPC call, or is not. */
  void grpc(boolean call) {
    grpc = call;
  }

  /** Prepares for the response to {@code incoming}. */
  void expect(IncomingRequest incoming) {
    if (incoming.last()) {
      closing.afterThis();
    }
    if (encoder != null) {
      encoder.expectNoBody(incoming.isHead());
    }
  }

  void begin(Exchange next) {
    exchange = next;
    next.start();
    updateRead();
  }

  /**
   * A CONNECT is being answered: {@code tunnel} hears first of all that comes.
   *
   * @return false on an HTTP/2 stream, which cannot become a tunnel
   */
  boolean stepAside(ConnectRequest tunnel) {
    if (http2()) {
      return false;
    }
    aside = true;
    channel.pipeline().addBefore(channel.pipeline().context(this).name(), null, tunnel);
    HttpObject part;
    while ((part = pipelined.poll()) != null) {
      tunnel.early(part);
    }
    return true;
  }

  boolean http2() {
    return decoder == null;
  }

  String protocol() {
    return http2() ? "h2" : "http/1.1";
  }

  // ---- what comes from the client

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    watch.add(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    watch.remove(this);
    dropHead();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    if (closing.discarding() || !(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (pipelined.isEmpty() && startable(part)) {
      take(part);
    } else {
      pipelined.add(part);
      updateRead();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (decoder != null) {
      holdHead(decoder);
    }
    Exchange running = exchange;
    if (running != null) {
      running.clientReadAll();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange running = exchange;
    if (running != null) {
      running.clientWritable(channel.isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing.discard();
    Exchange running = exchange;
    exchange = null;
    if (running != null) {
      running.clientGone();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      closing.drain();
      if (exchange == null) {
        closing.end(false);
      }
    } else {
      if (event instanceof ChannelInputShutdownEvent && !http2()) {
        inputEnded();
      }
      ctx.fireUserEventTriggered(event);
    }
  }

  private void inputEnded() {
    ended = true;
    Exchange running = exchange;
    if (running != null && !running.requestComplete()) {
      running.cutShort();
    } else if (running == null && !aside && pipelined.isEmpty()) {
      closing.end(false);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (exchange == null && !closing.discarding() && cause instanceof DecoderException) {
      admission.refuse(400, "the request is not well formed");
    } else {
      Exchange running = exchange;
      exchange = null;
      closing.discard();
      if (running != null) {
        running.clientGone();
      }
      channel.close();
    }
  }

  @Override
  public void check(long now) {
    Exchange running = exchange;
    if (running != null) {
      running.check(now);
      return;
    }
    closing.settle();
    boolean head = decoder != null && decoder.waitsForRestOfHead();
    if (head && served && !inHead) {
      since = now; // time without a request is not held against the next one
    }
    inHead = head;
    long allowed =
        head || !served
            ? limits().requestHead().toMillis()
            : closing.patience(limits().idle().toMillis());
    long waited = now - since;
    Overload overload = context.overload();
    if (waited > overload.patience(allowed)) {
      if (waited <= allowed) {
        overload.shed(head ? Shed.HEAD : Shed.IDLE);
      }
      channel.close();
    }
  }

  /** A head that has not come whole counts against those of all clients. */
  private void holdHead(RequestDecoder reader) {
    boolean unfinished = reader.waitsForRestOfHead() && !closing.discarding();
    if (unfinished) {
      holdsHead = context.heads().hold(channel, reader.headSize());
      if (!holdsHead) {
        admission.overloaded();
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

  private boolean startable(@Nullable HttpObject part) {
    Exchange running = exchange;
    return part != null
        && (running == null || !running.requestComplete() && !(part instanceof HttpRequest));
  }

  private void take(HttpObject part) {
    if (part instanceof HttpRequest request) {
      served = true;
      since = watch.now();
      admission.start(request);
      if (part instanceof LastHttpContent last) {
        if (exchange != null) {
          exchange.content(last);
        } else {
          last.release();
        }
      }
    } else if (exchange != null && part instanceof HttpContent content) {
      exchange.content(content);
    } else {
      ReferenceCountUtil.release(part);
    }
  }
}
