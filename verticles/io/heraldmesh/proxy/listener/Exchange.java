package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Target;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.proxy.upstream.UpstreamStream;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, between a client's stream and an upstream's. Both stream, and each
 * side is read only as fast as the other takes it. Belongs to one event loop.
 *
 * <pre>
 * request:   head ─► (connecting: waiting) ─► streaming ─► complete
 * response:  nothing ─► head ─► streaming ─► complete
 * </pre>
 */
final class Exchange extends ExchangeEnd {
  private final IncomingRequest incoming;
  private final Gate gate;
  private final Patience patience;
  private @Nullable Standing standing;
  private boolean waited;

  Exchange(
      HttpServerStream client,
      IncomingRequest incoming,
      Gate gate,
      Gate.Admission.Forward admitted,
      ResponseRelay response,
      @Nullable GrpcExchange grpc,
      RequestLog log) {
    super(
        client,
        admitted,
        new RequestRelay(
            incoming.request(),
            client.http2() ? incoming.rewritten() : null,
            client.context().overload()),
        response,
        grpc,
        log);
    this.incoming = incoming;
    this.gate = gate;
    this.patience = new Patience(client.limits(), client.now());
  }

  void start() {
    if (attempts.begin()) {
      forward(false);
    } else {
      fail(ExchangeFailure.overflow(admitted.called().service()));
    }
  }

  private void forward(boolean fresh) {
    Target target = attempts.target();
    waited = false;
    client.forward(admitted.permit(), response.upgrade() ? target.alone() : target, this, fresh);
    waited = true;
  }

  /** More of the request's body may come. */
  boolean wantsBody() {
    UpstreamStream stream = upstream;
    return stream != null && stream.isWritable();
  }

  /** A part of the body, or its end. */
  void content(HttpContent part) {
    patience.moved(client.now());
    log.received(part.content().readableBytes());
    if (grpc != null) {
      grpc.request(part.content());
    }
    if (part.decoderResult().isFailure() || hasTooManyTrailers(part)) {
      part.release();
      fail(ExchangeFailure.badRequest("the body is not well formed"));
      return;
    }
    UpstreamStream stream = upstream;
    if (over) {
      part.release();
      return;
    }
    if (stream != null) {
      stream.adapt(client.context().overload());
    }
    request.add(part, stream);
    if (stream != null && !stream.isWritable()) {
      client.updateRead();
    }
  }

  private boolean hasTooManyTrailers(HttpContent part) {
    return part instanceof LastHttpContent last
        && last.trailingHeaders().size() > client.limits().headerCount();
  }

  /** The client sends nothing more for now. */
  void clientReadAll() {
    if (upstream != null) {
      request.flush(upstream);
    }
  }

  void clientWritable(boolean writable) {
    if (upstream != null) {
      upstream.pause(!writable);
    }
  }

  /** The client sends nothing more, and its request is not whole. */
  void cutShort() {
    if (!over) {
      fail(ExchangeFailure.badRequest("the client's direction ended before its request"));
    }
  }

  /** Looks whether this may go on, and whether somebody has kept it waiting for too long. */
  void check(long now) {
    if (over || withdrawn()) {
      return;
    }
    noteUntaken(now);
    Overload overload = client.context().overload();
    if (overload.saving()) {
      request.forgetSent();
      if (standsStill(now)) {
        overload.shed(Shed.STALLED);
        fail(ExchangeFailure.stalled());
        return;
      }
    }
    Patience.Late late = patience.late(awaited(), now, grpc);
    if (late != null) {
      ExchangeFailure why = ExchangeFailure.late(late, client.limits());
      fail(why, upstream == null ? 0 : why.blamed()); // who waits in line here has asked nobody
    }
  }

  private Patience.Awaited awaited() {
    if (grpc != null) {
      return Patience.Awaited.CALL;
    }
    if (response.started()) {
      return Patience.Awaited.STREAM;
    }
    if (request.complete() || upstream == null) {
      return Patience.Awaited.RESPONSE;
    }
    return upstreamIsFull() ? Patience.Awaited.ROOM : Patience.Awaited.BODY;
  }

  /** Somebody does not take what the proxy holds for him, or does not send what he announced. */
  private boolean standsStill(long now) {
    boolean silent = grpc == null || grpc.silent();
    boolean owed = silent && !request.complete() && !response.started();
    return patience.untaken(now) > Overload.PATIENCE_MILLIS
        || patience.waited(now) > Overload.PATIENCE_MILLIS
            && (owed || clientIsFull() || upstreamIsFull());
  }

  private void noteUntaken(long now) {
    UpstreamStream stream = upstream;
    long unsent = stream != null && upstreamIsFull() ? stream.untaken() : 0;
    patience.request(now, log.received(), unsent);
    patience.response(now, response.bytes(), clientIsFull() ? client.end().untaken() : 0);
  }

  private boolean clientIsFull() {
    return response.started() && !client.writable();
  }

  private boolean upstreamIsFull() {
    UpstreamStream stream = upstream;
    return !request.complete() && stream != null && !stream.isWritable();
  }

  /** Only what waits for a connection or outlives a tick of the clock gets here. */
  private boolean withdrawn() {
    Standing here = standing();
    Reason reason = here.withdrawn(log.now());
    if (reason == null) {
      return false;
    }
    fail(ExchangeFailure.withdrawn(here.status(), reason));
    return true;
  }

  private Standing standing() {
    Standing here = standing;
    if (here == null) {
      here = gate.standing(incoming, attempts.choice(), log.start(), this::channel);
      standing = here;
    }
    return here;
  }

  private @Nullable Channel channel() {
    UpstreamStream stream = upstream;
    return stream == null ? null : stream.channel();
  }

  @Override
  public void connected(UpstreamStream stream) {
    if (over) {
      stream.abort();
      return;
    }
    upstream = stream;
    if (waited && withdrawn()) {
      return;
    }
    request.connected(stream);
    if (!client.reading()) {
      clientReadAll();
    }
    client.updateRead();
  }

  @Override
  public void failed(UpstreamFailure failure) {
    if (!over && failure.flag().equals(UpstreamFailure.NOT_SHARED)) {
      forward(false);
      return;
    }
    boolean here = failure.flag().equals(UpstreamFailure.RESET);
    if (!over && !((failure.elsewhere() || here) && retry(here))) {
      fail(ExchangeFailure.upstream(failure.flag(), failure.detail()));
    }
  }

  @Override
  public void received(HttpObject part) {
    patience.moved(client.now());
    if (over) {
      ReferenceCountUtil.release(part);
      return;
    }
    request.forgetSent();
    switch (response.relay(part)) {
      case MORE -> {
        UpstreamStream stream = upstream;
        client.end().adapt(client.context().overload());
        if (stream != null && !client.writable()) {
          stream.pause(true);
        }
      }
      case COMPLETE -> complete();
      case SWITCHED -> switched();
      case EARLY -> {
        // what came early is not read as a request either
        client.closing().afterThis();
        fail(ExchangeFailure.earlyData());
      }
      case BAD -> fail(ExchangeFailure.badResponse("the service's response is not well formed"));
    }
  }

  @Override
  public void receivedAll() {
    response.flush();
    if (response.started() && grpc == null) { // what becomes of a gRPC call its end says
      attempts.answered(response.status());
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    client.updateRead();
  }

  @Override
  public void broken(String detail) {
    if (over) {
      return;
    }
    UpstreamStream stream = upstream;
    boolean refused = stream != null && stream.refused();
    if (refused && retryWhole()) {
      return;
    }
    if (stream != null && !response.heard() && request.repeatable() && attempts.again(stream)) {
      upstream = null;
      request.again();
      forward(true);
    } else {
      fail(ExchangeFailure.upstream(UpstreamFailure.RESET, detail));
    }
  }

  @Override
  public void malformed(String detail) {
    if (!over) {
      fail(ExchangeFailure.badResponse(detail));
    }
  }

  /** The service did not look at the request: what was sent of it is sent again. */
  private boolean retryWhole() {
    if (response.heard() || !request.kept()) {
      return false;
    }
    upstream = null;
    request.again();
    client.updateRead();
    return retry(true);
  }

  /** Goes to another endpoint; nothing of the request can have been acted on. */
  private boolean retry(boolean here) {
    boolean other = attempts.another(here);
    if (other) {
      forward(false);
    }
    return other;
  }

  @Override
  public void released() {
    client.next(this);
  }

  @Override
  public boolean expectsNoBody() {
    return response.noBody();
  }

  /** From here on the connection carries frames that are not ours to read. */
  private void switched() {
    UpstreamStream stream = upstream;
    if (stream == null || !client.mayLeave()) {
      fail(ExchangeFailure.earlyData());
      return;
    }
    request.release();
    over = true;
    attempts.answered(response.status());
    UpgradedConnection.join(
        client,
        stream,
        standing(),
        (withdrawn, flag, received, sent) -> {
          if (withdrawn != null) {
            log.reason(withdrawn);
          }
          log.flag(flag);
          log.received(received);
          finish(101, sent);
        });
  }
}
