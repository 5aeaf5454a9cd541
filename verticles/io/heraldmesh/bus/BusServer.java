package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The receiving end of one address: checks each message, has it answered, signs the answer. */
final class BusServer {
  private static final Logger LOG = LoggerFactory.getLogger(BusServer.class);
  private static final int MOST_AT_ONCE = 512;
  private static final int MOST_NONCES_PER_SENDER = 4096;

  private final Vertx vertx;
  private final SvidSource source;
  private final InstantSource clock;
  private final EnvelopeSigner signer;
  private final EnvelopeVerifier verifier;
  private final VoidIdentities revoked;
  private final BusRefusals refused;
  private final OnceOnly once;
  private final String address;
  private final Map<String, SignedBus.Handling<?, ?>> byType = new HashMap<>();
  private final ReplayGuard replays = new ReplayGuard(MOST_NONCES_PER_SENDER);
  private final AtomicInteger open = new AtomicInteger();
  private final CallerShares shares = new CallerShares();
  private final ToldRefusals told = new ToldRefusals();

  BusServer(
      Vertx vertx,
      SvidSource source,
      InstantSource clock,
      EnvelopeSigner signer,
      EnvelopeVerifier verifier,
      VoidIdentities revoked,
      BusRefusals refused,
      OnceOnly once,
      List<SignedBus.Handling<?, ?>> handlings) {
    this.vertx = vertx;
    this.source = source;
    this.clock = clock;
    this.signer = signer;
    this.verifier = verifier;
    this.revoked = revoked;
    this.refused = refused;
    this.once = once;
    this.address = handlings.getFirst().operation().address();
    for (SignedBus.Handling<?, ?> handling : handlings) {
      if (!handling.operation().address().equals(address)) {
        throw new IllegalArgumentException("one server, one address");
      }
      byType.put(handling.operation().type(), handling);
    }
  }

  String address() {
    return address;
  }

  /** Takes one message of the event bus; always answers or fails it. */
  void take(Message<Object> message) {
    if (open.incrementAndGet() > MOST_AT_ONCE) {
      open.decrementAndGet();
      refuse(message, new BusException(BusFailure.OVERLOADED, "too many requests at once"));
      return;
    }
    answer(message)
        .onComplete(
            done -> {
              open.decrementAndGet();
              if (done.succeeded()) {
                message.reply(done.result());
              } else {
                refuse(message, done.cause());
              }
            });
  }

  private Future<Buffer> answer(Message<Object> message) {
    try {
      if (!(message.body() instanceof Buffer body)) {
        throw new BusException(BusFailure.MALFORMED, "body is not bytes");
      }
      int most =
          byType.values().stream().mapToInt(h -> h.operation().mostRequestBytes()).max().orElse(0);
      if (body.length() > most) {
        throw new BusException(BusFailure.TOO_LARGE, body.length() + " bytes");
      }
      Envelope envelope = Envelope.parse(body.getBytes());
      SignedBus.Handling<?, ?> handling = byType.get(envelope.type());
      if (handling == null) {
        throw new BusException(BusFailure.UNKNOWN_TYPE, "type is not known here");
      }
      if (body.length() > handling.operation().mostRequestBytes()) {
        throw new BusException(BusFailure.TOO_LARGE, body.length() + " bytes");
      }
      return answer(envelope, handling);
    } catch (MalformedMessage e) {
      return refusal(new BusException(BusFailure.MALFORMED, e.getMessage()));
    } catch (BusException e) {
      return refusal(e);
    }
  }

  private Future<Buffer> refusal(BusException e) {
    refused.refused(e, "");
    return Future.failedFuture(e);
  }

  private <Q extends Record, A extends Record> Future<Buffer> answer(
      Envelope envelope, SignedBus.Handling<Q, A> handling) {
    return vertx
        .executeBlocking(() -> open(envelope, handling.operation()), false)
        .compose(request -> shared(envelope, handling.operation(), request))
        .onFailure(e -> unseen(envelope, e))
        .compose(request -> answer(envelope, handling, request));
  }

  private void unseen(Envelope envelope, Throwable cause) {
    refused.refused(
        cause instanceof BusException e
            ? e
            : new BusException(BusFailure.INTERNAL, "the service's log says why"),
        envelope.type());
  }

  /** What begins here is {@link CallerShares#end}ed once it is answered. */
  private <Q> Future<Request<Q>> shared(
      Envelope envelope, Operation<?, ?> operation, Request<Q> request) {
    return shares.begin(request.caller(), operation)
        ? Future.succeededFuture(request)
            .compose(own -> taken(envelope, operation, own))
            .onFailure(e -> shares.end(request.caller(), operation))
        : Future.failedFuture(
            new BusException(BusFailure.OVERLOADED, "too many requests of one sender"));
  }

  private <Q extends Record, A extends Record> Future<Buffer> answer(
      Envelope envelope, SignedBus.Handling<Q, A> handling, Request<Q> request) {
    SpiffeId caller = request.caller();
    Operation<Q, A> operation = handling.operation();
    return Future.succeededFuture(request)
        .compose(own -> handling.handler().handle(caller, own.payload()))
        .compose(
            answer -> vertx.executeBlocking(() -> seal(envelope, operation, caller, answer), false))
        .onComplete(done -> shares.end(caller, operation));
  }

  /**
   * Here it is known already that this process has not seen it; another may have, or this one
   * before it was started again.
   */
  private <Q> Future<Request<Q>> taken(
      Envelope envelope, Operation<?, ?> operation, Request<Q> request) {
    return operation.once()
        ? once.take(request.caller(), envelope.nonce(), refusedFrom(envelope)).map(request)
        : Future.succeededFuture(request);
  }

  private static Instant refusedFrom(Envelope envelope) {
    return envelope.issuedAt().plus(SignedBus.LIFETIME).plus(EnvelopeVerifier.SKEW);
  }

  private record Request<Q>(SpiffeId caller, Q payload) {}

  private <Q extends Record> Request<Q> open(Envelope envelope, Operation<Q, ?> operation)
      throws BusException {
    Instant now = clock.instant();
    HeraldSvid self = source.svid();
    EnvelopeVerifier.Expected expected =
        new EnvelopeVerifier.Expected(
            operation.type(),
            address,
            Set.of(
                new Recipient.One(self.id()).text(),
                new Recipient.AnyOf(self.id().trustDomain(), self.identity().role()).text()),
            operation.callers(),
            self.id().trustDomain(),
            null,
            SignedBus.LIFETIME);
    switch (verifier.verify(envelope, expected, source.bundle(), now)) {
      case EnvelopeVerdict.Refused(var reason, var detail) -> {
        told.refused(operation.type(), reason.name(), "detail=\"" + detail + '"');
        throw new BusException(reason.failure(), reason.name());
      }
      case EnvelopeVerdict.Accepted(SpiffeId caller, Instant notBefore, var _) -> {
        requireHeard(caller, notBefore, envelope);
        requireNew(caller, envelope, now);
        try {
          return new Request<>(
              caller, MessageCodec.decode(envelope.payload().toByteArray(), operation.request()));
        } catch (MalformedMessage e) {
          told.refused(
              operation.type(), BusFailure.MALFORMED.name(), of(caller) + ' ' + e.getMessage());
          throw new BusException(BusFailure.MALFORMED, e.getMessage());
        }
      }
    }
  }

  /** Whoever passed it on may not have heard yet that the signer was revoked. */
  private void requireHeard(SpiffeId caller, Instant notBefore, Envelope envelope)
      throws BusException {
    if (revoked.voids(caller, notBefore)) {
      EnvelopeRefusal reason = EnvelopeRefusal.REVOKED;
      told.refused(
          envelope.type(),
          reason.name(),
          of(caller) + " detail=\"identity of " + notBefore + " is void\"");
      throw new BusException(reason.failure(), reason.name(), caller);
    }
  }

  private void requireNew(SpiffeId caller, Envelope envelope, Instant now) throws BusException {
    switch (replays.admit(caller, envelope.nonce(), refusedFrom(envelope), now)) {
      case NEW -> {}
      case REPLAYED -> {
        told.refused(envelope.type(), BusFailure.REPLAYED.name(), of(caller));
        throw new BusException(BusFailure.REPLAYED, "came before");
      }
      case FULL -> throw new BusException(BusFailure.OVERLOADED, "too many requests of one sender");
    }
  }

  private static String of(SpiffeId caller) {
    return "caller=" + caller;
  }

  private <A extends Record> Buffer seal(
      Envelope request, Operation<?, A> operation, SpiffeId caller, A answer) throws BusException {
    byte[] frame =
        signer.seal(
            source.svid(),
            operation.answerType(),
            address,
            new Recipient.One(caller),
            request.nonce(),
            clock.instant(),
            null,
            MessageCodec.encode(answer));
    if (frame.length > operation.mostAnswerBytes()) {
      throw new BusException(BusFailure.TOO_LARGE, "answer has " + frame.length + " bytes");
    }
    return Buffer.buffer(frame);
  }

  private void refuse(Message<?> message, Throwable cause) {
    refuse(message, address, cause);
  }

  /** The asker is told no more than it has to know. */
  static void refuse(Message<?> message, String address, Throwable cause) {
    if (cause instanceof BusException e) {
      message.fail(e.failure().code(), e.getMessage());
    } else {
      LOG.error("bus failed address={}", address, cause);
      message.fail(BusFailure.INTERNAL.code(), "the service's log says why");
    }
  }
}
