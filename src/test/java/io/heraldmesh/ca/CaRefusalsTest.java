package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.MemoryAuditLog;
import io.heraldmesh.MemoryIssuanceLog;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.AuditEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is refused a certificate stands in the audit log. */
class CaRefusalsTest {
  private static final Subject SHOP = new Subject.Workload("shop", "web");
  private static final String N1 = "spiffe://mesh.test/herald/node/n1";
  private static final String N2 = "spiffe://mesh.test/herald/node/n2";

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final MemoryAuditLog audit = new MemoryAuditLog();
  private final AtomicLong nanos = new AtomicLong();
  private final CaRefusals refusals = new CaRefusals(audit, clock, nanos::get);
  private final CaService fromN1 = CaService.over(mesh.bus(vertx, HeraldRole.NODE, "n1"));
  private final CaService fromN2 = CaService.over(mesh.bus(vertx, HeraldRole.NODE, "n2"));
  private volatile Revocations revocations = Revocations.NONE;

  @BeforeEach
  void start() {
    CertificateIssuer issuer =
        new CertificateIssuer(
            vertx,
            mesh::authority,
            mesh.crypto(),
            new MemoryIssuanceLog(),
            refusals,
            () -> new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))),
            () -> revocations,
            clock,
            IssuanceLimit.NONE,
            new SimpleMeterRegistry());
    Await.result(
        vertx.deployVerticle(
            new CaVerticle(
                mesh.bus(vertx, HeraldRole.CA, "ca"), new MemoryOnceOnly(), issuer, () -> 1)));
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  private CaService.IssueRequest request(Subject subject) {
    return new CaService.IssueRequest(
        ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())),
        subject,
        Duration.ofHours(1));
  }

  private AuditEvent only() {
    assertThat(audit.events()).hasSize(1);
    return audit.events().getFirst();
  }

  @Test
  void aWorkloadOfAnotherNodeIsARow() {
    Await.failure(fromN2.issue(request(SHOP)));

    assertThat(only())
        .isEqualTo(
            new AuditEvent(
                clock.instant(),
                N2,
                "ca.issue",
                "shop/web",
                "refused",
                "NOT_REGISTERED: shop/web is not registered for " + N2));
  }

  @Test
  void aRequestThatIsNoneIsARow() {
    Await.failure(fromN1.issue(new CaService.IssueRequest(ByteString.of((byte) 1), SHOP, null)));

    assertThat(only().actor()).isEqualTo(N1);
    assertThat(only().detail()).startsWith("BAD_CSR: id=spiffe://mesh.test/ns/shop/sa/web ");
  }

  @Test
  void aNodeThatWasRevokedIsARow() {
    revocations = new Revocations(Map.of("n1", clock.instant().plusSeconds(60)));
    Await.failure(fromN1.issue(request(new Subject.Caller())));

    assertThat(only().subject()).isEqualTo(N1);
    assertThat(only().detail()).contains("was revoked");
  }

  @Test
  void anIdentityOfAnotherMeshIsARow() {
    CaService forged = CaService.over(new TestAuthority(clock).bus(vertx, HeraldRole.NODE, "n1"));
    Await.failure(forged.issue(request(SHOP)));

    assertThat(audit.events())
        .extracting(AuditEvent::actor, AuditEvent::action, AuditEvent::subject)
        .containsExactly(tuple("unauthenticated", "ca.issue", "herald.ca"));
  }

  @Test
  void whatTheLogCannotHoldIsWrittenWithoutIt() {
    Await.failure(fromN1.issue(request(new Subject.Workload("sh\u0000op\n", "w\ud800"))));

    assertThat(only().subject()).isEqualTo("sh?op?/w?");
  }

  @Test
  void aRefusalIsAnsweredOnceItIsWritten() {
    CompletableFuture<Void> disk = new CompletableFuture<>();
    audit.writesCompleteWith(disk);
    Future<CaService.Issued> asked = fromN2.issue(request(SHOP));
    // Its answer shows that the refusal before was dealt with.
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
    assertThat(asked.isComplete()).isFalse();

    disk.complete(null);
    assertThat(Await.failure(asked)).hasMessageContaining("NOT_REGISTERED");
    assertThat(audit.events()).hasSize(1);
  }

  @Test
  void aRefusalStaysOneWhereTheLogCannotBeWritten() {
    audit.writesCompleteWith(CompletableFuture.failedFuture(new IOException("disk full")));

    assertThat(Await.failure(fromN2.issue(request(SHOP)))).hasMessageContaining("NOT_REGISTERED");
  }

  @Test
  void aFloodIsSixtyRowsAMinuteAndANumber() {
    for (int i = 0; i < 70; i++) {
      Await.failure(fromN2.issue(request(SHOP)));
    }
    assertThat(audit.events()).hasSize(60);

    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    refusals.tick();
    assertThat(audit.events()).hasSize(61);
    assertThat(audit.events().getLast().detail()).startsWith("10 more refusals");
  }
}
