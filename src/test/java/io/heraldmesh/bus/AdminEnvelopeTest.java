package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On the admin API's address nothing counts but what an identity of the mesh signed, once. */
class AdminEnvelopeTest {
  private static final ApplyRequest APPLY =
      new ApplyRequest(List.of(new File("a.yaml", "kind: Nothing")), List.of(), false);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final MemoryOnceOnly once = new MemoryOnceOnly();
  private final AtomicInteger applied = new AtomicInteger();
  private final List<BusFailure> refused = new CopyOnWriteArrayList<>();
  private final List<String> revoked = new CopyOnWriteArrayList<>();

  private final AdminService.Server server =
      (AdminService.Server)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {AdminService.Server.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("refused")) {
                  refused.add((BusFailure) arguments[0]);
                  return null;
                }
                if (method.getName().equals("revoked")) {
                  revoked.add(arguments[0] + " " + arguments[1]);
                  return null;
                }
                applied.incrementAndGet();
                return Future.succeededFuture(
                    new AdminResources.ApplyAnswer(new AdminResources.Outcome.Missing(List.of())));
              });

  @BeforeEach
  void serve() {
    Await.result(AdminService.serve(mesh.bus(vertx, HeraldRole.ADMIN, "c1"), once, server));
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void aTrueRequestCountsOnceAndItsReplayDoesNot() {
    Buffer request =
        sealed(mesh, HeraldRole.OPERATOR, AdminOperations.ADDRESS, "admin.resources.apply");
    Await.result(vertx.eventBus().request(AdminOperations.ADDRESS, request));
    assertThat(applied).hasValue(1);

    assertRefused(request, BusFailure.REPLAYED);
    clock.advance(Duration.ofHours(1));
    assertRefused(request, BusFailure.EXPIRED);
    assertThat(applied).hasValue(1);
  }

  @Test
  void aTrueRequestCountsOnceHoweverManyControlNodesItReaches() {
    Vertx elsewhere = Vertx.vertx();
    try {
      Await.result(AdminService.serve(mesh.bus(elsewhere, HeraldRole.ADMIN, "c2"), once, server));
      Buffer request =
          sealed(mesh, HeraldRole.OPERATOR, AdminOperations.ADDRESS, "admin.resources.apply");
      Await.result(vertx.eventBus().request(AdminOperations.ADDRESS, request));
      assertThat(applied).hasValue(1);

      ReplyException refusal =
          (ReplyException)
              Await.failure(elsewhere.eventBus().request(AdminOperations.ADDRESS, request));
      assertThat(BusFailure.of(refusal.failureCode())).contains(BusFailure.REPLAYED);
      assertThat(applied).hasValue(1);
      assertThat(once.taken().values())
          .as("noted for as long as anybody would take it")
          .containsExactly(clock.instant().plusSeconds(120));
    } finally {
      Await.result(elsewhere.close());
    }
  }

  @Test
  void whatChangesSomethingCountsOnce() {
    assertThat(
            AdminOperations.of(server).stream()
                .filter(route -> route.operation().once())
                .map(route -> route.operation().type()))
        .containsExactlyInAnyOrder(
            "admin.resources.apply",
            "admin.resources.delete",
            "admin.tokens.create",
            "admin.tokens.revoke",
            "admin.registrations.revoke");
    assertThat(CaService.Operations.ISSUE.once()).isTrue();
  }

  @Test
  void whatChangesSomethingIsNotServedWithoutNotingIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                mesh.bus(vertx, HeraldRole.ADMIN, "c1")
                    .serve(
                        SignedBus.on(
                            AdminOperations.APPLY,
                            (caller, request) -> Future.failedFuture("not reached"))))
        .withMessageContaining("admin.resources.apply has an effect");
  }

  @Test
  void whatIsForgedIsRefusedAndTold() {
    assertRefused(Buffer.buffer("{\"files\":[]}"), BusFailure.MALFORMED);
    assertRefused(
        sealed(
            new TestAuthority(clock),
            HeraldRole.OPERATOR,
            AdminOperations.ADDRESS,
            "admin.resources.apply"),
        BusFailure.UNAUTHENTICATED);
    assertRefused(
        sealed(mesh, HeraldRole.OPERATOR, "herald.config", "admin.resources.apply"),
        BusFailure.UNAUTHENTICATED);
    assertRefused(
        sealed(mesh, HeraldRole.OPERATOR, AdminOperations.ADDRESS, "admin.everything"),
        BusFailure.UNKNOWN_TYPE);
    Buffer changed =
        sealed(mesh, HeraldRole.OPERATOR, AdminOperations.ADDRESS, "admin.resources.apply");
    byte[] bytes = changed.getBytes();
    int payload = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("kind: Nothing");
    assertThat(payload).isPositive();
    bytes[payload] ^= 1;
    assertRefused(Buffer.buffer(bytes), BusFailure.UNAUTHENTICATED);
    assertThat(applied).hasValue(0);
    assertThat(refused)
        .containsExactly(
            BusFailure.MALFORMED,
            BusFailure.UNAUTHENTICATED,
            BusFailure.UNAUTHENTICATED,
            BusFailure.UNKNOWN_TYPE,
            BusFailure.UNAUTHENTICATED);
  }

  @Test
  void aRevokedOperatorIsRefusedAndToldByName() {
    Vertx elsewhere = Vertx.vertx();
    try {
      SignedBus bus =
          mesh.bus(
              elsewhere,
              SvidSource.fixed(mesh.svid(HeraldRole.ADMIN, "c2"), mesh.bundle()),
              (signer, notBefore) -> signer.herald().orElseThrow().name().equals("ann"));
      Await.result(AdminService.serve(bus, once, server));

      ReplyException refusal =
          (ReplyException)
              Await.failure(
                  elsewhere
                      .eventBus()
                      .request(
                          AdminOperations.ADDRESS,
                          sealed(
                              mesh,
                              HeraldRole.OPERATOR,
                              AdminOperations.ADDRESS,
                              "admin.resources.apply")));

      assertThat(BusFailure.of(refusal.failureCode())).contains(BusFailure.UNAUTHENTICATED);
      assertThat(refusal).hasMessage("UNAUTHENTICATED: REVOKED");
      assertThat(revoked).containsExactly("spiffe://mesh.test/herald/operator/ann resources.apply");
      assertThat(refused).isEmpty();
      assertThat(once.taken()).isEmpty();
      assertThat(applied).hasValue(0);
    } finally {
      Await.result(elsewhere.close());
    }
  }

  /** Signed by one of the mesh, but not by an admin: as by a node that pretends to be one. */
  @Test
  void anAnswerOfSomebodyElseIsNotBelieved() {
    Vertx other = Vertx.vertx();
    try {
      SignedBus node = mesh.bus(other, HeraldRole.NODE, "n1");
      Await.result(
          node.serve(
              BusRefusals.UNNOTICED,
              new MemoryOnceOnly(),
              SignedBus.on(
                  AdminOperations.APPLY,
                  (caller, request) ->
                      Future.succeededFuture(
                          new AdminResources.ApplyAnswer(
                              new AdminResources.Outcome.Missing(List.of()))))));
      BusException failure =
          (BusException)
              Await.failure(
                  AdminService.over(mesh.bus(other, HeraldRole.OPERATOR, "ann")).apply(APPLY));
      assertThat(failure.failure()).isEqualTo(BusFailure.UNAUTHENTICATED);
    } finally {
      Await.result(other.close());
    }
  }

  private Buffer sealed(TestAuthority by, HeraldRole role, String address, String type) {
    byte[] nonce = new byte[Envelope.NONCE_BYTES];
    mesh.random().nextBytes(nonce);
    return Buffer.buffer(
        new EnvelopeSigner(mesh.crypto())
            .seal(
                by.svid(role, "ann"),
                type,
                address,
                new Recipient.AnyOf(TestAuthority.TD, HeraldRole.ADMIN),
                ByteString.of(nonce),
                clock.instant(),
                clock.instant().plusSeconds(60),
                MessageCodec.encode(APPLY)));
  }

  private void assertRefused(Buffer request, BusFailure failure) {
    ReplyException refusal =
        (ReplyException) Await.failure(vertx.eventBus().request(AdminOperations.ADDRESS, request));
    assertThat(BusFailure.of(refusal.failureCode())).contains(failure);
  }
}
