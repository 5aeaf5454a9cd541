package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.LogLines;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignedBusTest {
  private static final String ADDRESS = "herald.echo";
  private static final Operation<Echo, Echo> ECHO =
      new Operation<>(
          ADDRESS,
          "echo",
          Echo.class,
          Echo.class,
          Set.of(HeraldRole.NODE),
          Set.of(HeraldRole.CA),
          4096,
          4096);

  record Echo(String text) {}

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final SignedBus node = mesh.bus(vertx, HeraldRole.NODE, "n1");
  private volatile Revocations revocations = Revocations.NONE;
  private final SignedBus ca =
      mesh.bus(
          vertx,
          SvidSource.fixed(mesh.svid(HeraldRole.CA, "ca"), mesh.bundle()),
          (signer, notBefore) ->
              revocations.voids(signer.herald().orElseThrow().name(), notBefore));
  private final AtomicInteger served = new AtomicInteger();

  @BeforeEach
  void serve() {
    Await.result(
        ca.serve(
            SignedBus.on(
                ECHO,
                (caller, echo) -> {
                  served.incrementAndGet();
                  return Future.succeededFuture(new Echo(caller + " said " + echo.text()));
                })));
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void theServiceSeesWhoAsksAndTheCallerGetsTheAnswer() {
    assertThat(Await.result(node.call(ECHO, HeraldRole.CA, new Echo("hello"))).text())
        .isEqualTo("spiffe://mesh.test/herald/node/n1 said hello");
  }

  @Test
  void whatTravelsIsBytesAlsoWithinOneProcess() {
    AtomicReference<Object> body = new AtomicReference<>();
    vertx
        .eventBus()
        .addOutboundInterceptor(
            context -> {
              body.compareAndSet(null, context.body());
              context.next();
            });

    Await.result(node.call(ECHO, HeraldRole.CA, new Echo("hello")));

    assertThat(body.get()).isInstanceOf(Buffer.class);
  }

  @Test
  void anotherRoleIsForbiddenToAsk() {
    assertFails(
        mesh.bus(vertx, HeraldRole.CONFIG, "c").call(ECHO, HeraldRole.CA, new Echo("x")),
        BusFailure.FORBIDDEN);
    assertThat(served).hasValue(0);
  }

  @Test
  void aCallerHasItsShareOfAServiceAndOthersAreAnsweredBeside() {
    Operation<Echo, Echo> slow =
        new Operation<>(
            "herald.slow",
            "slow",
            Echo.class,
            Echo.class,
            ECHO.callers(),
            ECHO.answerers(),
            4096,
            4096);
    List<Promise<Echo>> waiting = new CopyOnWriteArrayList<>();
    Await.result(
        ca.serve(
            SignedBus.on(
                slow,
                (caller, echo) -> {
                  Promise<Echo> answer = Promise.promise();
                  if (echo.text().equals("at once")) {
                    answer.complete(echo);
                  } else {
                    waiting.add(answer);
                  }
                  return answer.future();
                })));
    List<Future<Echo>> asked = new ArrayList<>();
    for (int i = 0; i < CallerShares.MOST; i++) {
      asked.add(node.call(slow, HeraldRole.CA, new Echo("wait")));
    }
    Await.until("all are under way", () -> waiting.size() == CallerShares.MOST);

    assertFails(node.call(slow, HeraldRole.CA, new Echo("at once")), BusFailure.OVERLOADED);
    SignedBus other = mesh.bus(vertx, HeraldRole.NODE, "n2");
    Await.result(other.call(slow, HeraldRole.CA, new Echo("at once")));

    waiting.getFirst().fail("for a reason of its own");
    waiting.stream().skip(1).forEach(answer -> answer.complete(new Echo("done")));
    Await.until("all are answered", () -> asked.stream().allMatch(Future::isComplete));
    assertThat(asked).filteredOn(Future::failed).hasSize(1);
    Await.result(node.call(slow, HeraldRole.CA, new Echo("at once")));
  }

  @Test
  void manyRefusalsOfOneKindAreAFewLinesOfTheLogWithTheirNumber() {
    SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "c");
    SignedBus stranger = new TestAuthority(clock).bus(vertx, HeraldRole.NODE, "n1");
    try (LogLines log = new LogLines()) {
      for (int i = 0; i < 100; i++) {
        assertFails(config.call(ECHO, HeraldRole.CA, new Echo("x")), BusFailure.FORBIDDEN);
      }
      assertFails(stranger.call(ECHO, HeraldRole.CA, new Echo("x")), BusFailure.UNAUTHENTICATED);

      assertThat(log.warnings())
          .filteredOn(line -> line.startsWith("bus refused type=echo"))
          .hasSize(8)
          .anyMatch(line -> line.contains(" count=64 "));
    }
  }

  @Test
  void aNodeOfAnotherMeshIsNotHeard() {
    assertFails(
        new TestAuthority(clock)
            .bus(vertx, HeraldRole.NODE, "n1")
            .call(ECHO, HeraldRole.CA, new Echo("x")),
        BusFailure.UNAUTHENTICATED);
    assertThat(served).hasValue(0);
  }

  @Test
  void anAnswerOfSomebodyWithoutTheRoleIsNotBelieved() {
    Operation<Echo, Echo> fromConfig =
        new Operation<>(
            ADDRESS,
            "echo",
            Echo.class,
            Echo.class,
            ECHO.callers(),
            Set.of(HeraldRole.CONFIG),
            4096,
            4096);

    assertFails(node.call(fromConfig, HeraldRole.CA, new Echo("x")), BusFailure.BAD_ANSWER);
  }

  @Test
  void anAnswerThatSomebodyMadeUpIsNotBelieved() {
    Operation<Echo, Echo> elsewhere =
        new Operation<>(
            "herald.forged",
            "echo",
            Echo.class,
            Echo.class,
            ECHO.callers(),
            ECHO.answerers(),
            4096,
            4096);
    AtomicReference<Buffer> recorded = new AtomicReference<>();
    vertx.eventBus().<Buffer>consumer("herald.forged", m -> m.reply(recorded.get()));
    recorded.set(Buffer.buffer("{\"text\":\"trust me\"}"));
    assertFails(node.call(elsewhere, HeraldRole.CA, new Echo("x")), BusFailure.BAD_ANSWER);

    // The same true answer given to an earlier question, played again.
    recorded.set(Buffer.buffer(answerOf(ask("before"))));
    assertFails(node.call(elsewhere, HeraldRole.CA, new Echo("x")), BusFailure.BAD_ANSWER);
  }

  @Test
  void theSameRequestCountsOnce() {
    Buffer request = ask("once");
    answerOf(request);

    assertRefused(request, BusFailure.REPLAYED);
    assertThat(served).hasValue(1);
  }

  @Test
  void anOldRequestIsRefusedAlsoAfterItsNonceIsForgotten() {
    Buffer request = ask("once");
    answerOf(request);
    clock.advance(Duration.ofHours(1));

    assertRefused(request, BusFailure.EXPIRED);
    assertThat(served).hasValue(1);
  }

  @Test
  void whatIsNotAnEnvelopeIsRefused() {
    assertRefused(Buffer.buffer("hello"), BusFailure.MALFORMED);
    assertRefused("hello", BusFailure.MALFORMED);
    assertRefused(Buffer.buffer(new byte[5000]), BusFailure.TOO_LARGE);
  }

  @Test
  void aTypeThatIsNotKnownIsRefusedBeforeItsPayloadIsLookedAt() {
    Operation<Echo, Echo> unknown =
        new Operation<>(
            ADDRESS,
            "delete-everything",
            Echo.class,
            Echo.class,
            ECHO.callers(),
            ECHO.answerers(),
            4096,
            4096);

    assertFails(node.call(unknown, HeraldRole.CA, new Echo("x")), BusFailure.UNKNOWN_TYPE);
  }

  @Test
  void aPayloadOfAnotherShapeIsRefused() {
    record Shout(String loudly) {}
    Operation<Shout, Echo> wrong =
        new Operation<>(
            ADDRESS, "echo", Shout.class, Echo.class, ECHO.callers(), ECHO.answerers(), 4096, 4096);

    assertFails(node.call(wrong, HeraldRole.CA, new Shout("x")), BusFailure.MALFORMED);
    assertThat(served).hasValue(0);
  }

  @Test
  void aRequestThatIsTooLargeIsNotEvenSent() {
    assertFails(node.call(ECHO, HeraldRole.CA, new Echo("x".repeat(5000))), BusFailure.TOO_LARGE);
  }

  @Test
  void anAddressThatNobodyServesIsUnreachableAndARetryMayHelp() {
    Operation<Echo, Echo> nobody =
        new Operation<>(
            "herald.nobody",
            "echo",
            Echo.class,
            Echo.class,
            ECHO.callers(),
            ECHO.answerers(),
            4096,
            4096);

    BusException failure =
        (BusException) Await.failure(node.call(nobody, HeraldRole.CA, new Echo("x")));
    assertThat(failure.failure()).isEqualTo(BusFailure.UNREACHABLE);
    assertThat(failure.failure().retryHelps()).isTrue();
  }

  @Test
  void aRenewedIdentityIsUsedForTheNextMessage() {
    RenewableIdentity identity =
        new RenewableIdentity(
            mesh.svid(HeraldRole.NODE, "n1", Duration.ofMinutes(5)), mesh.bundle());
    SignedBus renewing = mesh.bus(vertx, identity);
    clock.advance(Duration.ofMinutes(6));
    assertFails(renewing.call(ECHO, HeraldRole.CA, new Echo("x")), BusFailure.UNAUTHENTICATED);

    identity.replace(mesh.svid(HeraldRole.NODE, "n1"));

    assertThat(Await.result(renewing.call(ECHO, HeraldRole.CA, new Echo("x"))).text())
        .endsWith("said x");
  }

  @Test
  void whatARevokedIdentitySignsIsRefusedAlsoWhereItWasHeardBefore() {
    Await.result(node.call(ECHO, HeraldRole.CA, new Echo("before")));
    Instant begin = node.svid().leaf().getNotBefore().toInstant();
    revocations = new Revocations(Map.of("n1", begin.plusSeconds(1)));

    BusException refused =
        (BusException) Await.failure(node.call(ECHO, HeraldRole.CA, new Echo("after")));

    assertThat(refused.failure()).isEqualTo(BusFailure.UNAUTHENTICATED);
    assertThat(refused.detail()).endsWith("REVOKED");
    assertThat(served).as("the one before").hasValue(1);
    assertThat(
            Await.result(
                    mesh.bus(vertx, HeraldRole.NODE, "n2")
                        .call(ECHO, HeraldRole.CA, new Echo("me")))
                .text())
        .isEqualTo("spiffe://mesh.test/herald/node/n2 said me");
  }

  @Test
  void anIdentityOfTheSameNameThatIsValidFromTheRevocationOnIsServed() {
    revocations =
        new Revocations(Map.of("n1", node.svid().leaf().getNotBefore().toInstant().plusSeconds(1)));
    clock.advance(Duration.ofSeconds(1));

    assertThat(
            Await.result(
                    mesh.bus(vertx, HeraldRole.NODE, "n1")
                        .call(ECHO, HeraldRole.CA, new Echo("again")))
                .text())
        .isEqualTo("spiffe://mesh.test/herald/node/n1 said again");
  }

  private Buffer ask(String text) {
    byte[] nonce = new byte[Envelope.NONCE_BYTES];
    mesh.random().nextBytes(nonce);
    return Buffer.buffer(
        new EnvelopeSigner(mesh.crypto())
            .seal(
                mesh.svid(HeraldRole.NODE, "n1"),
                "echo",
                ADDRESS,
                new Recipient.AnyOf(TestAuthority.TD, HeraldRole.CA),
                ByteString.of(nonce),
                clock.instant(),
                clock.instant().plusSeconds(60),
                MessageCodec.encode(new Echo(text))));
  }

  private byte[] answerOf(Buffer request) {
    Message<Buffer> answer = Await.result(vertx.eventBus().<Buffer>request(ADDRESS, request));
    Buffer body = Objects.requireNonNull(answer.body());
    byte[] bytes = new byte[body.length()];
    body.getBytes(bytes);
    return bytes;
  }

  private void assertRefused(Object body, BusFailure failure) {
    ReplyException refusal =
        (ReplyException) Await.failure(vertx.eventBus().request(ADDRESS, body));
    assertThat(BusFailure.of(refusal.failureCode())).contains(failure);
  }

  private static void assertFails(Future<?> call, BusFailure failure) {
    assertThat(Await.failure(call))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }
}
