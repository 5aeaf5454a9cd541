package io.heraldmesh.bus;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Requests and answers over the event bus, each signed by one of Herald's own identities. The bus
 * itself is believed in nothing. Messages are bytes also where sender and receiver share a process.
 * Signing and verifying are done off the event loop. Thread-safe.
 */
public final class SignedBus {
  /** How long a request counts; it also bounds how long its nonce is remembered. */
  static final Duration LIFETIME = Duration.ofSeconds(60);

  private final Vertx vertx;
  private final SvidSource source;
  private final InstantSource clock;
  private final SecureRandom random;
  private final EnvelopeSigner signer;
  private final EnvelopeVerifier verifier;
  private final VoidIdentities revoked;
  private final long answerWithinMillis;

  /**
   * As a part of Herald that hears of no revocations; the parameters are those of the other one.
   */
  public SignedBus(
      Vertx vertx,
      SvidSource source,
      Crypto crypto,
      InstantSource clock,
      SecureRandom random,
      Duration answerWithin) {
    this(vertx, source, crypto, clock, random, answerWithin, VoidIdentities.NONE);
  }

  /**
   * @param source of the identity that signs and of the roots that others are checked against
   * @param answerWithin after which a call fails as unreachable
   * @param revoked whose requests are refused by what is served here
   */
  public SignedBus(
      Vertx vertx,
      SvidSource source,
      Crypto crypto,
      InstantSource clock,
      SecureRandom random,
      Duration answerWithin,
      VoidIdentities revoked) {
    this.vertx = vertx;
    this.source = source;
    this.clock = clock;
    this.random = random;
    this.signer = new EnvelopeSigner(crypto);
    this.verifier = new EnvelopeVerifier(crypto);
    this.revoked = revoked;
    this.answerWithinMillis = answerWithin.toMillis();
    // Bytes only: no object is ever made of what arrives by Java's own serialization.
    vertx.eventBus().serializableChecker(name -> false).clusterSerializableChecker(name -> false);
  }

  /** Who signs here. */
  public SpiffeId self() {
    return source.svid().id();
  }

  /** Ends a service. */
  @FunctionalInterface
  public interface Registration {
    Future<Void> close();
  }

  /** Answers one kind of request; called on an event loop or virtual thread of the server. */
  @FunctionalInterface
  interface Handler<Q, A> {
    Future<A> handle(SpiffeId caller, Q request);
  }

  /** One kind of request and who answers it. */
  record Handling<Q extends Record, A extends Record>(
      Operation<Q, A> operation, Handler<Q, A> handler) {}

  static <Q extends Record, A extends Record> Handling<Q, A> on(
      Operation<Q, A> operation, Handler<Q, A> handler) {
    return new Handling<>(operation, handler);
  }

  /** Asks whoever has {@code role} in the caller's own trust domain. */
  <Q extends Record, A extends Record> Future<A> call(
      Operation<Q, A> operation, HeraldRole role, Q request) {
    return call(operation, new Recipient.AnyOf(self().trustDomain(), role), request);
  }

  <Q extends Record, A extends Record> Future<A> call(
      Operation<Q, A> operation, Recipient recipient, Q request) {
    ByteString nonce = nonce();
    return vertx
        .executeBlocking(() -> seal(operation, recipient, nonce, request), false)
        .compose(frame -> send(operation, frame))
        .compose(
            answer ->
                vertx.executeBlocking(() -> open(operation, recipient, nonce, answer), false));
  }

  /** What this one signs with now. */
  HeraldSvid svid() {
    return source.svid();
  }

  /** Signs what is told to many. */
  <T extends Record> ByteString state(Statement<T> statement, T value) {
    return ByteString.of(
        signer.seal(
            source.svid(),
            statement.type(),
            statement.address(),
            new Recipient.AnyOf(self().trustDomain(), statement.to()),
            nonce(),
            clock.instant(),
            null,
            MessageCodec.encode(value)));
  }

  /**
   * @throws BusException when it was not said by somebody who may; the message is for the operator
   */
  <T extends Record> T believe(Statement<T> statement, ByteString frame) throws BusException {
    if (frame.size() > statement.mostBytes()) {
      throw new BusException(
          BusFailure.TOO_LARGE, statement.type() + ": " + frame.size() + " bytes");
    }
    EnvelopeVerifier.Expected expected =
        new EnvelopeVerifier.Expected(
            statement.type(),
            statement.address(),
            Set.of(new Recipient.AnyOf(self().trustDomain(), statement.to()).text()),
            statement.signers(),
            self().trustDomain(),
            null,
            null);
    try {
      Envelope envelope = Envelope.parse(frame.toByteArray());
      return switch (verifier.verify(envelope, expected, source.bundle(), clock.instant())) {
        case EnvelopeVerdict.Refused(var reason, var detail) ->
            throw new BusException(
                reason.failure(), statement.type() + ": " + reason + " " + detail);
        case EnvelopeVerdict.Accepted accepted ->
            MessageCodec.decode(accepted.envelope().payload().toByteArray(), statement.value());
      };
    } catch (MalformedMessage e) {
      throw new BusException(BusFailure.MALFORMED, statement.type() + ": " + e.getMessage());
    }
  }

  private ByteString nonce() {
    byte[] bytes = new byte[Envelope.NONCE_BYTES];
    random.nextBytes(bytes);
    return ByteString.of(bytes);
  }

  /**
   * Sends bytes that nobody signed, or that were signed already, and returns the bytes that came
   * back: they are believed for where they came from and nothing else.
   */
  Future<byte[]> sendOpen(String address, byte[] bytes) {
    return vertx
        .eventBus()
        .<Object>request(
            address, Buffer.buffer(bytes), new DeliveryOptions().setSendTimeout(answerWithinMillis))
        .transform(
            sent -> {
              if (sent.failed()) {
                return Future.failedFuture(failure(address, sent.cause()));
              }
              return sent.result().body() instanceof Buffer answer
                  ? Future.succeededFuture(answer.getBytes())
                  : Future.failedFuture(new BusException(BusFailure.BAD_ANSWER, "not bytes"));
            });
  }

  /** Answers what {@link #sendOpen} sends. Completes when it can be reached. */
  Future<Registration> serveOpen(String address, Function<byte[], Future<byte[]>> answerer) {
    var consumer =
        vertx
            .eventBus()
            .<Object>consumer(
                address,
                message -> {
                  if (!(message.body() instanceof Buffer body)) {
                    message.fail(BusFailure.MALFORMED.code(), "body is not bytes");
                    return;
                  }
                  answerer
                      .apply(body.getBytes())
                      .onSuccess(answer -> message.reply(Buffer.buffer(answer)))
                      .onFailure(e -> BusServer.refuse(message, address, e));
                });
    return consumer.completion().map(done -> consumer::unregister);
  }

  private Future<Buffer> send(Operation<?, ?> operation, Buffer frame) {
    return vertx
        .eventBus()
        .<Object>request(
            operation.address(), frame, new DeliveryOptions().setSendTimeout(answerWithinMillis))
        .transform(
            sent -> {
              if (sent.failed()) {
                return Future.failedFuture(failure(operation.type(), sent.cause()));
              }
              return sent.result().body() instanceof Buffer answer
                  ? Future.succeededFuture(answer)
                  : Future.failedFuture(
                      new BusException(BusFailure.BAD_ANSWER, operation.type() + ": not bytes"));
            });
  }

  private <Q extends Record> Buffer seal(
      Operation<Q, ?> operation, Recipient recipient, ByteString nonce, Q request)
      throws BusException {
    Instant now = clock.instant();
    byte[] frame =
        signer.seal(
            source.svid(),
            operation.type(),
            operation.address(),
            recipient,
            nonce,
            now,
            now.plus(LIFETIME),
            MessageCodec.encode(request));
    if (frame.length > operation.mostRequestBytes()) {
      throw new BusException(
          BusFailure.TOO_LARGE,
          operation.type() + ": " + frame.length + " bytes, of " + operation.mostRequestBytes());
    }
    return Buffer.buffer(frame);
  }

  private <A extends Record> A open(
      Operation<?, A> operation, Recipient recipient, ByteString nonce, Buffer answer)
      throws BusException {
    if (answer.length() > operation.mostAnswerBytes()) {
      throw new BusException(BusFailure.BAD_ANSWER, operation.type() + ": answer is too large");
    }
    try {
      EnvelopeVerifier.Expected expected =
          new EnvelopeVerifier.Expected(
              operation.answerType(),
              operation.address(),
              Set.of(self().toString()),
              operation.answerers(),
              self().trustDomain(),
              nonce,
              null);
      Envelope envelope = Envelope.parse(answer.getBytes());
      return switch (verifier.verify(envelope, expected, source.bundle(), clock.instant())) {
        case EnvelopeVerdict.Refused(var reason, var detail) ->
            throw new BusException(
                BusFailure.BAD_ANSWER, operation.type() + ": " + reason + " " + detail);
        case EnvelopeVerdict.Accepted(SpiffeId sender, var _, var _)
            when recipient instanceof Recipient.One(SpiffeId asked) && !asked.equals(sender) ->
            throw new BusException(
                BusFailure.BAD_ANSWER, operation.type() + ": answered by " + sender);
        case EnvelopeVerdict.Accepted accepted ->
            MessageCodec.decode(accepted.envelope().payload().toByteArray(), operation.answer());
      };
    } catch (MalformedMessage e) {
      throw new BusException(BusFailure.BAD_ANSWER, operation.type() + ": " + e.getMessage());
    }
  }

  private static BusException failure(String what, Throwable cause) {
    if (cause instanceof ReplyException reply) {
      BusFailure failure = BusFailure.of(reply.failureCode()).orElse(BusFailure.UNREACHABLE);
      return new BusException(failure, what + ": " + reply.getMessage());
    }
    return new BusException(BusFailure.UNREACHABLE, what + ": " + cause.getMessage());
  }

  /** Answers requests; all handlings must be for one address. Completes when it can be reached. */
  Future<Registration> serve(Handling<?, ?>... handlings) {
    for (Handling<?, ?> handling : handlings) {
      if (handling.operation().once()) {
        throw new IllegalArgumentException(
            handling.operation().type() + " has an effect: say who remembers that it was asked");
      }
    }
    return serve(
        BusRefusals.UNNOTICED, (sender, nonce, until) -> Future.succeededFuture(), handlings);
  }

  /**
   * @param refused told of each message that no handling got to see
   * @param once where requests with an effect are noted
   */
  Future<Registration> serve(BusRefusals refused, OnceOnly once, Handling<?, ?>... handlings) {
    BusServer server =
        new BusServer(
            vertx, source, clock, signer, verifier, revoked, refused, once, List.of(handlings));
    var consumer = vertx.eventBus().<Object>consumer(server.address(), server::take);
    return consumer.completion().map(done -> consumer::unregister);
  }
}
