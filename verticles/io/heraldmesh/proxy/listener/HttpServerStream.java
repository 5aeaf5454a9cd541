package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.filter.Permit;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.ResponseSink;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
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
final class HttpServerStream implements Watch.Timed {
  private final ListenerContext context;
  private final Admission admission;
  private final Closing closing;
  private final ClientEnd end;
  private final Watch watch;
  private final Parts<HttpObject> pipelined = new Parts<>();
  private @Nullable Exchange exchange;
  private boolean reading;
  private boolean served;
  private boolean grpc;
  private boolean paused;
  private boolean inHead;
  private boolean ended;
  private long since;
  private long taken;

  /**
   * @param since when the client's first bytes came, or could come
   */
  HttpServerStream(ListenerContext context, Gate gate, ClientEnd end, Watch watch, long since) {
    this.context = context;
    this.end = end;
    this.admission = new Admission(context, gate, this);
    this.closing = new Closing(this, end);
    this.watch = watch;
    this.since = since;
    watch.add(this);
  }

  // ---- what an exchange needs of its client

  ClientEnd end() {
    return end;
  }

  /** The connection's channel. */
  Channel channel() {
    return end.channel();
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
    return end.isWritable();
  }

  boolean closesAfterResponse() {
    Exchange running = exchange;
    return closing.near() || !http2() && running != null && !running.requestComplete();
  }

  void forward(Permit permit, Target target, ResponseSink sink, boolean fresh) {
    context.upstreams().forward(permit, target, channel().eventLoop(), sink, fresh);
  }

  void forget(Target target, ResponseSink sink) {
    context.upstreams().forget(target, channel().eventLoop(), sink);
  }

  void write(HttpObject message) {
    end.write(message);
  }

  void flush() {
    end.flush();
  }

  /** Reads from the client only what can be passed on. */
  void updateRead() {
    Exchange running = exchange;
    boolean stop =
        !pipelined.isEmpty()
            || running != null && !running.requestComplete() && !running.wantsBody();
    if (stop != paused) {
      paused = stop;
      end.read(!stop);
    }
  }

  /** {@code done} has its response and its upstream is free: the next request's turn. */
  void next(ExchangeEnd done) {
    if (exchange != done) {
      return;
    }
    exchange = null;
    since = watch.now();
    if (closing.told() || http2()) {
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
    end.resume();
  }

  /** What came waits for its turn. More than that is not looked at. */
  boolean hasWaiting() {
    return !pipelined.isEmpty();
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
    return end.mayLeave() && pipelined.isEmpty() && !end.waitsForRestOfHead() && !ended;
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
      end.read(true);
    }
    end.resume();
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
  }

  /** The response that comes next answers a HEAD request, or does not. */
  void expectNoBody(boolean head) {
    end.expectNoBody(head);
  }

  void begin(Exchange next) {
    exchange = next;
    next.start();
    updateRead();
  }

  /** What was read and not looked at yet. */
  @Nullable HttpObject pollPipelined() {
    return pipelined.poll();
  }

  boolean http2() {
    return end.http2();
  }

  /** How many requests the client has open at once, this one included. */
  int streams() {
    if (!http2()) {
      return 1;
    }
    Http2ServerConnection connection = channel().pipeline().get(Http2ServerConnection.class);
    return connection == null ? 1 : connection.streams();
  }

  String protocol() {
    return http2() ? "h2" : "http/1.1";
  }

  // ---- what comes from the client

  void received(HttpObject part) {
    reading = true;
    if (closing.discarding()) {
      ReferenceCountUtil.release(part);
      return;
    }
    if (pipelined.isEmpty() && startable(part)) {
      take(part);
    } else {
      pipelined.add(part);
      updateRead();
    }
  }

  /** Nothing more is at hand. */
  void receivedAll() {
    reading = false;
    Exchange running = exchange;
    if (running != null) {
      running.clientReadAll();
    }
  }

  void writabilityChanged(boolean writable) {
    Exchange running = exchange;
    if (running != null) {
      running.clientWritable(writable);
    }
  }

  /** The connection or stream is over. */
  void gone() {
    watch.remove(this);
    broken();
  }

  /** The connection or stream is about to be over: nobody waits for what is under way. */
  void broken() {
    closing.discard();
    Exchange running = exchange;
    exchange = null;
    if (running != null) {
      running.clientGone();
    }
  }

  /** Another has taken over the connection. */
  void left() {
    exchange = null;
    watch.remove(this);
  }

  /**
   * End after what is being done now. The next request may be on its way, so a connection without
   * one has a moment for it.
   */
  void drain() {
    boolean again = closing.draining();
    closing.drain();
    if (!again && exchange == null && !closing.discarding() && !end.waitsForRestOfHead()) {
      since = watch.now();
    }
  }

  /**
   * The client sends nothing more.
   *
   * @param aside somebody else answers it
   */
  void inputEnded(boolean aside) {
    ended = true;
    Exchange running = exchange;
    if (running != null && !running.requestComplete()) {
      running.cutShort();
    } else if (running == null && !aside && pipelined.isEmpty()) {
      closing.end(false);
    }
  }

  /**
   * Nothing can be read from the client any more.
   *
   * @param malformed it sent what is no message
   */
  void failed(boolean malformed) {
    if (malformed && closing.lingers()) {
      return; // thrown away with the rest
    }
    if (exchange == null && !closing.discarding() && malformed) {
      admission.refuse(400, "the request is not well formed");
    } else {
      broken();
      end.close();
    }
  }

  /** There is no room for more of the head that is being read. */
  void overloaded() {
    if (exchange == null) {
      admission.overloaded();
    } else { // a second answer would come in the midst of the one under way
      broken();
      end.close();
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
    boolean answered = closing.lingers();
    boolean head = !answered && end.waitsForRestOfHead();
    if (head && served && !inHead) {
      since = now; // time without a request is not held against the next one
    }
    inHead = head;
    if (tookSome() && !head) {
      since = now;
    }
    if (isTooLong(now - since, closing.patience(limits(), served, head), head)) {
      since = now;
      over(head);
    }
  }

  private void over(boolean head) {
    if (closing.draining() && !closing.discarding() && !head) {
      closing.end(false); // no next request came, and what was answered may still leave
    } else {
      end.close();
    }
  }

  /** The client has taken some of its answer since this was asked last. */
  private boolean tookSome() {
    long before = taken;
    taken = end.taken();
    return taken != before;
  }

  private boolean isTooLong(long waited, long allowed, boolean head) {
    Overload overload = context.overload();
    boolean over = waited > overload.patience(allowed);
    if (over && waited <= allowed) {
      Shed idle = http2() ? Shed.STALLED : Shed.IDLE;
      overload.shed(head ? Shed.HEAD : idle);
    }
    return over;
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
