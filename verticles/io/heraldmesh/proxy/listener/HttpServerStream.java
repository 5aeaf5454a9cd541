package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.filter.Permit;
import io.heraldmesh.proxy.upstream.ResponseSink;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of an HTTP/1.1 connection, or of one HTTP/2 stream: takes requests one at a time
 * and in order, lets the gate decide, and gives each to an {@link Exchange}. Belongs to its event
 * loop.
 */
final class HttpServerStream extends ChannelInboundHandlerAdapter implements Watch.Timed {
  private final ListenerContext context;
  private final Gate gate;
  private final @Nullable RequestDecoder decoder;
  private final @Nullable ResponseEncoder encoder;
  private final Watch watch;
  private final Channel channel;
  private final ArrayDeque<HttpObject> pipelined = new ArrayDeque<>(4);
  private @Nullable Exchange exchange;
  private boolean reading;
  private boolean discarding;
  private boolean closing;
  private boolean draining;
  private boolean served;
  private boolean paused;
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
    this.gate = gate;
    this.channel = channel;
    this.watch = watch;
    this.decoder = decoder;
    this.encoder = encoder;
    this.since = watch.now();
  }

  // ---- what an exchange needs of its client

  Channel channel() {
    return channel;
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
    return closing || draining || !http2() && running != null && !running.requestComplete();
  }

  void forward(Permit permit, Target target, ResponseSink sink, boolean fresh) {
    context.upstreams().forward(permit, target, loop(), sink, fresh);
  }

  void write(Object message) {
    channel.write(message, channel.voidPromise());
  }

  void flush() {
    channel.flush();
  }

  /** Trailers that may go on: only HTTP/2 clients use them, for gRPC. */
  HttpHeaders trailers(LastHttpContent last) {
    if (http2()) {
      return last.trailingHeaders();
    }
    if (!last.trailingHeaders().isEmpty()) {
      last.trailingHeaders().clear();
    }
    return EmptyHttpHeaders.INSTANCE;
  }

  /** Reads from the client only what can be passed on. */
  void updateRead() {
    Exchange running = exchange;
    boolean stop =
        !pipelined.isEmpty()
            || running != null && !running.requestComplete() && !running.wantsBody();
    if (stop != paused) {
      paused = stop;
      channel.config().setAutoRead(!stop);
    }
  }

  /** {@code done} has its response and its upstream is free: the next request's turn. */
  void next(Exchange done) {
    if (exchange != done) {
      return;
    }
    exchange = null;
    since = watch.now();
    if (closing || draining || http2()) {
      close();
      return;
    }
    HttpObject part;
    while (!discarding && startable(pipelined.peek()) && (part = pipelined.poll()) != null) {
      take(part);
    }
    if (!reading && exchange != null) {
      exchange.clientReadAll();
    }
    updateRead();
  }

  /**
   * The response is complete, the request is not and will not be: end without losing the answer.
   */
  void finishEarly() {
    exchange = null;
    discard();
    close();
  }

  /** Ends the connection or stream so that the client sees that something is missing. */
  void abort() {
    exchange = null;
    discard();
    channel.close();
  }

  /**
   * Answers in the service's place.
   *
   * @param last nothing more can be read from this connection
   */
  void answer(int status, String body, List<Header> headers, boolean last) {
    closing |= last;
    if (last) {
      discard();
    }
    ByteBuf content = ByteBufUtil.writeUtf8(channel.alloc(), body);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), content);
    HttpHeaders fields = response.headers();
    fields.set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
    fields.set(HttpHeaderNames.CONTENT_LENGTH, body.getBytes(StandardCharsets.UTF_8).length);
    headers.forEach(header -> fields.add(header.name(), header.value()));
    if (!http2() && (closing || draining)) {
      fields.set(HttpHeaderNames.CONNECTION, "close");
    }
    write(response);
    flush();
  }

  // ---- what comes from the client

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    watch.add(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    watch.remove(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    if (discarding || !(message instanceof HttpObject part)) {
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
    discard();
    Exchange running = exchange;
    exchange = null;
    if (running != null) {
      running.clientGone();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      draining = true;
      if (exchange == null) {
        close();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (exchange == null && !discarding && cause instanceof DecoderException) {
      refuse(400, "the request is not well formed");
    } else {
      Exchange running = exchange;
      exchange = null;
      discard();
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
    long allowed = limits().idle().toMillis();
    if (!served || decoder != null && decoder.waitsForRestOfHead()) {
      allowed = limits().requestHead().toMillis();
    }
    if (now - since > allowed) {
      channel.close();
    }
  }

  private boolean startable(@Nullable HttpObject part) {
    Exchange running = exchange;
    if (part == null) {
      return false;
    }
    return running == null || !running.requestComplete() && !(part instanceof HttpRequest);
  }

  private void take(HttpObject part) {
    if (part instanceof HttpRequest request) {
      begin(request);
      if (part instanceof LastHttpContent last && exchange != null) {
        exchange.content(last);
      }
    } else if (exchange != null && part instanceof HttpContent content) {
      exchange.content(content);
    } else {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(HttpRequest request) {
    served = true;
    if (request.decoderResult().isFailure()) {
      refuseUnreadable(request.decoderResult().cause());
      return;
    }
    RequestFields fields = RequestFields.of(request, limits().headerCount());
    String violation = fields.violation();
    if (violation != null) {
      int status =
          violation.startsWith("more than ") ? 431 : violation.startsWith("HTTP ") ? 505 : 400;
      refuse(status, violation);
      return;
    }
    String method = request.method().name();
    RequestTarget target = RequestTarget.parse(method, request.uri());
    if (target == null || !gate.allows(target.form())) {
      refuse(400, "a request target of a form that is not allowed here");
      return;
    }
    String named = target.authority() != null ? target.authority() : fields.host();
    Authority authority = named == null ? null : Authority.parse(named);
    if (named != null && authority == null) {
      refuse(400, "a Host that is no host name");
      return;
    }
    String scheme = scheme(request);
    fields.strip(request.headers());
    HttpHead head = new HttpHead(request, target.origin(), named == null ? "" : named, scheme);
    admit(request, fields, head, authority, named);
  }

  private void admit(
      HttpRequest request,
      RequestFields fields,
      HttpHead head,
      @Nullable Authority authority,
      @Nullable String named) {
    boolean old = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    closing |= fields.close() || old;
    if (encoder != null) {
      encoder.expectNoBody(head.method().equals("HEAD"));
    }
    RequestLog log =
        new RequestLog(
            context.telemetry(),
            gate.origin(),
            http2() ? "h2" : "http/1.1",
            head.method(),
            named,
            head.target(),
            fields.requestId());
    switch (gate.admit(head, authority, http2())) {
      case Gate.Admission.Answer answer -> deny(answer, log);
      case Gate.Admission.Forward forward -> {
        rewrite(request, fields, forward, named);
        ResponseRelay relay =
            new ResponseRelay(this, head.method().equals("HEAD"), old, fields.expectsContinue());
        Exchange next = new Exchange(this, request, forward, relay, log);
        exchange = next;
        next.start();
        if (exchange == next) {
          updateRead();
        }
      }
      case Gate.Admission.Tunnel tunnel ->
          deny(
              Gate.Admission.Answer.of(
                  501, "tunnels are not available here", "connect_refused", "", "-"),
              log);
    }
  }

  private void deny(Gate.Admission.Answer answer, RequestLog log) {
    Decision.Denied denied = answer.decision();
    log.flag(answer.flag());
    log.end(
        denied.status(),
        denied.reason(),
        denied.principal(),
        denied.requestPrincipal(),
        null,
        null,
        denied.body().length());
    if (denied.status() == 0) {
      discard();
      channel.close();
      return;
    }
    // a body may follow that nobody wants; ending the connection is the only way not to read it
    answer(denied.status(), denied.body(), denied.headers(), true);
    close();
  }

  private void rewrite(
      HttpRequest request,
      RequestFields fields,
      Gate.Admission.Forward forward,
      @Nullable String named) {
    Decision.Allowed decision = forward.permit().decision();
    HttpHeaders headers = request.headers();
    String target = decision.target();
    if (target != null) {
      request.setUri(target);
    }
    if (named != null) {
      headers.set(HttpHeaderNames.HOST, named);
    }
    request.setProtocolVersion(HttpVersion.HTTP_1_1);
    if (fields.acceptsTrailers()) {
      headers.set(HttpHeaderNames.TE, "trailers");
    }
    if (fields.requestId() == null) {
      headers.set("x-request-id", RequestId.next());
    }
    decision.remove().forEach(headers::remove);
    List<Header> set = decision.set();
    for (int i = 0; i < set.size(); i++) {
      headers.set(set.get(i).name(), set.get(i).value());
    }
    gate.mark(headers);
  }

  private void refuseUnreadable(@Nullable Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      refuse(414, "the request line is too long");
    } else if (cause instanceof TooLongHttpHeaderException
        || cause instanceof TooLongFrameException) {
      refuse(431, "the header is too long");
    } else {
      refuse(400, "the request is not well formed");
    }
  }

  /** The bytes cannot be trusted any further: answer and end. */
  private void refuse(int status, String what) {
    new RequestLog(
            context.telemetry(), gate.origin(), http2() ? "h2" : "http/1.1", null, null, null, null)
        .end(status, new Reason("bad_request", what), null, null, null, null, 0);
    answer(status, HttpResponseStatus.valueOf(status).reasonPhrase(), List.of(), true);
    close();
  }

  private String scheme(HttpRequest request) {
    String given = request.headers().get("x-http2-scheme");
    return given != null ? given : gate.origin().mutualTls() ? "https" : "http";
  }

  /** From now on nothing that the client sends is looked at. */
  private void discard() {
    discarding = true;
    HttpObject part;
    while ((part = pipelined.poll()) != null) {
      ReferenceCountUtil.release(part);
    }
  }

  private void close() {
    if (paused) {
      paused = false;
      channel.config().setAutoRead(true);
    }
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private boolean http2() {
    return decoder == null;
  }

  private EventLoop loop() {
    return channel.eventLoop();
  }
}
