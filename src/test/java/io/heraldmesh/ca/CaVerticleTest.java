package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.MemoryAuditLog;
import io.heraldmesh.MemoryIssuanceLog;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.StoreException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CaVerticleTest {
  private static final Subject SHOP = new Subject.Workload("shop", "web");

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final MemoryOnceOnly once = new MemoryOnceOnly();
  private final MemoryIssuanceLog log = new MemoryIssuanceLog();
  private final MemoryAuditLog audit = new MemoryAuditLog();
  private final AtomicLong nanos = new AtomicLong();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  /** Registered at another control node, which has not been heard of here; null: nothing. */
  private volatile @Nullable Registrations elsewhere;

  private volatile boolean databaseAway;
  private final AtomicReference<Registrations> registrations =
      new AtomicReference<>(
          new Registrations(
              Map.of(
                  "n1", Set.of(new WorkloadIdentity("shop", "web")),
                  "n2", Set.of(new WorkloadIdentity("shop", "db")))));
  private final RegistrationSource source =
      new RegistrationSource() {
        @Override
        public Registrations get() {
          return Objects.requireNonNull(registrations.get());
        }

        @Override
        public Registrations lookUp(String node) {
          if (databaseAway) {
            throw new StoreException(StoreException.Reason.UNREACHABLE, "nobody there");
          }
          Registrations other = elsewhere;
          if (other != null) {
            registrations.set(other);
          }
          return get();
        }
      };
  private final AtomicReference<Revocations> revocations = new AtomicReference<>(Revocations.NONE);
  private final CaService fromN1 = CaService.over(mesh.bus(vertx, HeraldRole.NODE, "n1"));
  private final CaService fromN2 = CaService.over(mesh.bus(vertx, HeraldRole.NODE, "n2"));
  private final KeyPair keys = TestAuthority.keys();

  @BeforeEach
  void start() {
    CertificateIssuer issuer =
        new CertificateIssuer(
            vertx,
            mesh::authority,
            mesh.crypto(),
            log,
            new CaRefusals(audit, clock, System::nanoTime),
            source,
            revocations::get,
            clock,
            new IssuanceLimit(nanos::get),
            metrics);
    Await.result(
        vertx.deployVerticle(
            new CaVerticle(mesh.bus(vertx, HeraldRole.CA, "ca"), once, issuer, () -> 1)));
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  private CaService.IssueRequest request(Subject subject) {
    return new CaService.IssueRequest(
        ByteString.of(Csr.create(keys, mesh.crypto())), subject, Duration.ofHours(1));
  }

  @Test
  void aNodeGetsALeafForAWorkloadOfItsOwnAndItIsInTheLog() {
    CaService.Issued issued = Await.result(fromN1.issue(request(SHOP)));

    assertThat(
            new PeerVerifier(mesh.crypto())
                .verify(issued.chain(), issued.bundle(), PeerRole.SERVER, clock.instant()))
        .isInstanceOfSatisfying(
            PeerVerdict.Accepted.class,
            a -> assertThat(a.id()).hasToString("spiffe://mesh.test/ns/shop/sa/web"));
    assertThat(issued.chain().getFirst().getPublicKey()).isEqualTo(keys.getPublic());
    assertThat(log.records())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.node()).isEqualTo("n1");
              assertThat(r.requester()).isEqualTo("spiffe://mesh.test/herald/node/n1");
              assertThat(r.spiffeId()).isEqualTo("spiffe://mesh.test/ns/shop/sa/web");
              assertThat(r.serialHex())
                  .isEqualTo(issued.chain().getFirst().getSerialNumber().toString(16));
            });
    assertThat(count("citadel_server_csr_count")).isEqualTo(1);
    assertThat(count("citadel_server_success_cert_issuance_count")).isEqualTo(1);
  }

  @Test
  void aNodeGetsNoLeafForTheWorkloadOfAnother() {
    assertFails(fromN2.issue(request(SHOP)), BusFailure.NOT_REGISTERED);
    assertThat(log.records()).isEmpty();
  }

  @Test
  void aRegistrationCountsFromTheNextRequestOn() {
    registrations.set(Registrations.NONE);
    assertFails(fromN1.issue(request(SHOP)), BusFailure.NOT_REGISTERED);

    registrations.set(new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))));
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
  }

  @Test
  void aNodeThatJoinedElsewhereJustNowIsNotSentAway() {
    Registrations joined =
        new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web"))));
    registrations.set(Registrations.NONE);
    elsewhere = joined;
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
    assertThat(registrations.get()).as("and is known from then on").isEqualTo(joined);
    registrations.set(Registrations.NONE);
    assertThat(Await.result(fromN1.issue(request(new Subject.Caller()))).chain()).isNotEmpty();
    assertFails(fromN2.issue(request(SHOP)), BusFailure.NOT_REGISTERED);
  }

  @Test
  void whileTheDatabaseIsAwayANodeThatIsNotRememberedIsToldToComeAgain() {
    registrations.set(Registrations.NONE);
    databaseAway = true;
    assertFails(fromN1.issue(request(SHOP)), BusFailure.NOT_READY);
  }

  @Test
  void aNodeRenewsItsOwnIdentityAndGetsNoOther() {
    CaService.Issued issued = Await.result(fromN1.issue(request(new Subject.Caller())));

    assertThat(
            new PeerVerifier(mesh.crypto())
                .verify(issued.chain(), issued.bundle(), PeerRole.CLIENT, clock.instant()))
        .isInstanceOfSatisfying(
            PeerVerdict.Accepted.class,
            a -> assertThat(a.id()).hasToString("spiffe://mesh.test/herald/node/n1"));
  }

  @Test
  void aNodeForWhichNothingIsRegisteredIsNotRenewed() {
    registrations.set(new Registrations(Map.of("n2", Set.of(new WorkloadIdentity("shop", "db")))));
    assertFails(fromN1.issue(request(new Subject.Caller())), BusFailure.NOT_REGISTERED);
    assertThat(Await.result(fromN2.issue(request(new Subject.Caller()))).chain()).isNotEmpty();
  }

  @Test
  void aRevokedNodeGetsNothingAndWhatItsNameGetsLaterIsNotValidBefore() {
    Instant until = clock.instant().plusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
    revocations.set(new Revocations(Map.of("n1", until)));
    assertFails(fromN1.issue(request(SHOP)), BusFailure.NOT_REGISTERED);
    assertFails(fromN1.issue(request(new Subject.Caller())), BusFailure.NOT_REGISTERED);
    assertThat(log.records()).isEmpty();
    assertThat(Await.result(fromN2.issue(request(new Subject.Caller()))).chain()).isNotEmpty();

    clock.set(until);
    X509Certificate renewed =
        Await.result(fromN1.issue(request(new Subject.Caller()))).chain().getFirst();
    assertThat(renewed.getNotBefore().toInstant()).isEqualTo(until);
    assertThat(new Revocations(Map.of("n1", until)).voids("n1", until)).isFalse();
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
  }

  @Test
  void anotherRoleThanNodeGetsNoWorkloadsLeaf() {
    CaService config = CaService.over(mesh.bus(vertx, HeraldRole.CONFIG, "n1"));

    assertFails(config.issue(request(SHOP)), BusFailure.NOT_REGISTERED);
  }

  @Test
  void anOperatorHasNothingToAskOfThisAddress() {
    CaService operator = CaService.over(mesh.bus(vertx, HeraldRole.OPERATOR, "o"));

    assertFails(operator.issue(request(new Subject.Caller())), BusFailure.FORBIDDEN);
    assertThat(count("citadel_server_authentication_failure_count")).isEqualTo(1);
  }

  @Test
  void configGetsTheAuthoritysWordForTheEpochInForceAndForNoOther() {
    CaService config = CaService.over(mesh.bus(vertx, HeraldRole.CONFIG, "c1"));

    assertThat(Await.result(config.epoch(1)).statement().size()).isPositive();
    assertFails(config.epoch(2), BusFailure.FORBIDDEN);
    assertFails(config.epoch(0), BusFailure.FORBIDDEN);
  }

  @Test
  void nobodyElseGetsTheAuthoritysWordForAnEpoch() {
    for (HeraldRole role :
        List.of(HeraldRole.NODE, HeraldRole.ADMIN, HeraldRole.OPERATOR, HeraldRole.CA)) {
      assertFails(CaService.over(mesh.bus(vertx, role, "other")).epoch(1), BusFailure.FORBIDDEN);
    }
    CaService forged = CaService.over(new TestAuthority(clock).bus(vertx, HeraldRole.CONFIG, "c1"));
    assertFails(forged.epoch(1), BusFailure.UNAUTHENTICATED);
  }

  @Test
  void aNodeWithAnotherMeshsCertificateGetsNothing() {
    CaService forged = CaService.over(new TestAuthority(clock).bus(vertx, HeraldRole.NODE, "n1"));

    assertFails(forged.issue(request(SHOP)), BusFailure.UNAUTHENTICATED);
    assertThat(count("citadel_server_authentication_failure_count")).isEqualTo(1);
    assertThat(log.records()).isEmpty();
  }

  @Test
  void aNodeWhoseCertificateHasEndedGetsNothing() {
    CaService old =
        CaService.over(
            mesh.bus(
                vertx,
                io.heraldmesh.bus.SvidSource.fixed(
                    mesh.svid(HeraldRole.NODE, "n1", Duration.ofMinutes(1)), mesh.bundle())));
    clock.advance(Duration.ofMinutes(2));

    assertFails(old.issue(request(SHOP)), BusFailure.UNAUTHENTICATED);
  }

  @Test
  void aRequestThatIsNotOneIsRefusedAndCounted() {
    byte[] wrong = Csr.create(keys, mesh.crypto());
    wrong[wrong.length - 3] ^= 1;

    assertFails(
        fromN1.issue(new CaService.IssueRequest(ByteString.of(wrong), SHOP, null)),
        BusFailure.BAD_CSR);
    assertFails(
        fromN1.issue(new CaService.IssueRequest(ByteString.of((byte) 1), SHOP, null)),
        BusFailure.BAD_CSR);
    assertThat(count("citadel_server_csr_parsing_err_count")).isEqualTo(2);
    assertThat(count("citadel_server_success_cert_issuance_count")).isZero();
  }

  @Test
  void moreLifeThanIsAllowedIsRefused() {
    assertFails(
        fromN1.issue(
            new CaService.IssueRequest(
                ByteString.of(Csr.create(keys, mesh.crypto())), SHOP, Duration.ofDays(400))),
        BusFailure.BAD_CSR);
  }

  @Test
  void aNodeThatAsksForTheSameAgainAndAgainIsToldToComeLater() {
    for (int i = 0; i < IssuanceLimit.AT_ONCE; i++) {
      assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
    }
    assertFails(fromN1.issue(request(SHOP)), BusFailure.OVERLOADED);
    assertThat(log.records()).hasSize(IssuanceLimit.AT_ONCE);
    assertThat(audit.events()).isEmpty();
    assertThat(Await.result(fromN1.issue(request(new Subject.Caller()))).chain()).isNotEmpty();
    assertThat(Await.result(fromN2.issue(request(new Subject.Caller()))).chain()).isNotEmpty();

    nanos.addAndGet(IssuanceLimit.EVERY.toNanos());
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
    assertFails(fromN1.issue(request(SHOP)), BusFailure.OVERLOADED);
  }

  @Test
  void nothingLeavesBeforeItIsInTheLog() {
    CompletableFuture<Void> disk = new CompletableFuture<>();
    log.writesCompleteWith(disk);

    Future<CaService.Issued> asked = fromN1.issue(request(SHOP));
    // A second request overtakes nothing, but its refusal shows that the first was dealt with.
    assertFails(fromN2.issue(request(SHOP)), BusFailure.NOT_REGISTERED);
    assertThat(asked.isComplete()).isFalse();

    disk.complete(null);
    assertThat(Await.result(asked).chain()).isNotEmpty();
  }

  @Test
  void nothingIsIssuedWhenTheLogCannotBeWritten() {
    log.writesCompleteWith(CompletableFuture.failedFuture(new IOException("disk full")));
    BusException failure = (BusException) Await.failure(fromN1.issue(request(SHOP)));

    assertThat(failure.failure()).isEqualTo(BusFailure.INTERNAL);
    assertThat(failure.failure().retryHelps()).isTrue();
    assertThat(count("citadel_server_success_cert_issuance_count")).isZero();

    log.writesCompleteWith(CompletableFuture.completedFuture(null));
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
  }

  @Test
  void nothingIsIssuedForARequestThatCannotBeNoted() {
    once.away(true);
    assertFails(fromN1.issue(request(SHOP)), BusFailure.NOT_READY);
    assertThat(log.records()).isEmpty();
    assertThat(Await.result(fromN1.roots()).bundle().digest()).isEqualTo(mesh.bundle().digest());

    once.away(false);
    assertThat(Await.result(fromN1.issue(request(SHOP))).chain()).isNotEmpty();
  }

  @Test
  void theRootsAreToldToWhoeverBelongsToTheMesh() {
    assertThat(Await.result(fromN1.roots()).bundle().digest()).isEqualTo(mesh.bundle().digest());
  }

  @Test
  void whenTheRootEndsIsAMetric() {
    Instant end = mesh.bundle().of(TestAuthority.TD).getFirst().getNotAfter().toInstant();

    assertThat(metrics.get("citadel_server_root_cert_expiry_timestamp").gauge().value())
        .isEqualTo((double) end.getEpochSecond());
  }

  @Test
  void anAuthorityPastItsEndIssuesNothing() {
    Instant end = mesh.authority().notAfter();
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
    assertThat(id.herald()).isPresent();
    clock.set(end.plusSeconds(1));

    // Its own certificates have ended with it, so already the caller is not believed.
    assertFails(fromN1.issue(request(SHOP)), BusFailure.UNAUTHENTICATED);
    assertThat(log.records()).isEmpty();
  }

  private double count(String name) {
    return metrics.get(name).counter().count();
  }

  private static void assertFails(Future<?> call, BusFailure failure) {
    assertThat(Await.failure(call))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }
}
