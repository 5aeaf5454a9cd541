package io.heraldmesh.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.SharedData;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.enrol.CertificateProofs.KnownNode;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.TokenSecret;
import io.heraldmesh.store.sql.SqliteStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EnrolmentTest {
  private static final String OPERATOR = "spiffe://mesh.test/herald/operator/ann";
  private static final WorkloadIdentity WEB = new WorkloadIdentity("shop", "web");
  private static final InetAddress HERE = address("10.0.0.1");
  private static final EnrolLimits MANY = new EnrolLimits(10_000, 10_000, 10_000, 10_000, 8, 64, 5);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final AtomicLong nanos = new AtomicLong();
  private final TestAuthority mesh = new TestAuthority(clock);
  private final TestAuthority outside = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final HeldStore store = new HeldStore(SqliteStore.inMemory());
  private final KeyPair keys = TestAuthority.keys();
  private final AtomicInteger registered = new AtomicInteger();
  private final Map<String, String> named = new HashMap<>();
  private Enrolment enrolment = enrolment(MANY);

  private Enrolment enrolment(EnrolLimits limits) {
    CertificateProofs proofs =
        new CertificateProofs(
            outside.bundle().of(TestAuthority.TD),
            List.of(new KnownNode("uri:spiffe://mesh.test/herald/node/old-7", "n7", Set.of(WEB))));
    return new Enrolment(
        vertx,
        mesh::authority,
        store,
        proofs,
        limits,
        mesh.crypto(),
        clock,
        nanos::get,
        registered::incrementAndGet);
  }

  @BeforeEach
  void atFirst() {
    store.authority().claim("mesh.test");
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private String token(String node, HeraldRole role, WorkloadIdentity... workloads) {
    TokenSecret secret = TokenSecret.random(mesh.random());
    store
        .tokens()
        .create(
            new JoinToken(
                secret.hash(),
                node,
                role.word(),
                Stream.of(workloads)
                    .map(w -> w.namespace() + "/" + w.serviceAccount())
                    .collect(Collectors.toSet()),
                OPERATOR,
                clock.instant(),
                clock.instant().plus(Duration.ofMinutes(10)),
                null));
    named.put(secret.reveal(), node);
    return secret.reveal();
  }

  private EnrolRequest request(String token, KeyPair keys) {
    return request(named.getOrDefault(token, "n1"), token, keys);
  }

  private EnrolRequest request(String name, String token, KeyPair keys) {
    return new EnrolRequest(
        name,
        new Proof.Token(token),
        ByteString.of(Csr.create(keys, TokenBinding.of(token, keys.getPublic()), mesh.crypto())));
  }

  private EnrolRequest request(String token, byte[] csr) {
    return new EnrolRequest(
        named.getOrDefault(token, "n1"), new Proof.Token(token), ByteString.of(csr));
  }

  private Future<Enrolled> enrol(String token, KeyPair keys) {
    return enrolment.enrol(HERE, request(token, keys));
  }

  private static void assertRefused(Future<?> enrolling, Reason reason) {
    assertThat(Await.failure(enrolling))
        .isInstanceOfSatisfying(EnrolRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private List<AuditEvent> audited(String outcome) {
    return store.audit().list(0, 1000).stream()
        .map(AuditLog.Entry::event)
        .filter(e -> e.action().equals("enrol") && e.outcome().equals(outcome))
        .toList();
  }

  private SpiffeId accepted(Enrolled enrolled) {
    return switch (new PeerVerifier(mesh.crypto())
        .verify(enrolled.chain(), mesh.bundle(), PeerRole.CLIENT, clock.instant())) {
      case PeerVerdict.Accepted(SpiffeId id, Instant _) -> id;
      case PeerVerdict.Refused refused -> throw new AssertionError(refused);
    };
  }

  @Test
  void aTokenGivesItsNodeItsIdentityItsWorkloadsAndTheRoots() {
    Enrolled enrolled = Await.result(enrol(token("n1", HeraldRole.NODE, WEB), keys));

    assertThat(accepted(enrolled)).hasToString("spiffe://mesh.test/herald/node/n1");
    assertThat(enrolled.chain().getFirst().getPublicKey()).isEqualTo(keys.getPublic());
    assertThat(enrolled.bundle().digest()).isEqualTo(mesh.bundle().digest());
    assertThat(store.registrations().of("n1"))
        .extracting(Registration::namespace, Registration::serviceAccount)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("shop", "web"));
    assertThat(registered).hasValue(1);
    String serial = enrolled.chain().getFirst().getSerialNumber().toString(16);
    assertThat(store.issuanceLog().find(serial)).isPresent();
    assertThat(audited("done"))
        .singleElement()
        .satisfies(e -> assertThat(e.detail()).contains(OPERATOR).contains(serial));
  }

  @Test
  void aRoleIsGivenOnlyByATokenThatAnOperatorMadeForIt() {
    for (HeraldRole role : HeraldRole.values()) {
      Enrolled enrolled = Await.result(enrol(token("x", role), TestAuthority.keys()));
      assertThat(accepted(enrolled)).hasToString("spiffe://mesh.test/herald/" + role.word() + "/x");
    }
  }

  @Test
  void theSameKeyMayAskAgainAndASecondKeyMayNot() {
    String token = token("n1", HeraldRole.NODE);
    Enrolled first = Await.result(enrol(token, keys));
    Enrolled again = Await.result(enrol(token, keys));

    assertThat(accepted(again)).isEqualTo(accepted(first));
    assertRefused(enrol(token, TestAuthority.keys()), Reason.TOKEN_USED);
    assertThat(accepted(Await.result(enrol(token, keys)))).isEqualTo(accepted(first));
    assertThat(audited("refused"))
        .singleElement()
        .satisfies(e -> assertThat(e.actor()).isEqualTo("address 10.0.0.1"));
  }

  @Test
  void ofManyKeysThatTryAtOnceOneGetsIn() {
    String token = token("n1", HeraldRole.NODE);
    List<Future<Enrolled>> tries = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tries.add(enrol(token, TestAuthority.keys()));
    }
    assertThat(
            tries.stream()
                .filter(t -> Await.result(t.transform(d -> Future.succeededFuture(d.succeeded()))))
                .count())
        .isEqualTo(1);
    assertThat(store.issuanceLog().size()).isEqualTo(1);
  }

  @Test
  void aTokenStaysGoodWhenANodeOfAnotherNameTriesIt() {
    String token = token("n1", HeraldRole.NODE, WEB);
    for (String other : List.of("n2", "N1", "n1 ", "")) {
      assertRefused(enrolment.enrol(HERE, request(other, token, keys)), Reason.OTHER_NAME);
    }
    assertThat(store.issuanceLog().size()).isZero();
    assertThat(store.registrations().all()).isEmpty();
    assertThat(audited("refused")).hasSize(4).allMatch(e -> e.detail().startsWith("OTHER_NAME"));

    KeyPair right = TestAuthority.keys();
    assertThat(accepted(Await.result(enrol(token, right))))
        .hasToString("spiffe://mesh.test/herald/node/n1");
  }

  @Test
  void aTokenEndsWithItsTimeAlsoForTheKeyThatUsedIt() {
    String unused = token("n1", HeraldRole.NODE);
    String used = token("n2", HeraldRole.NODE);
    Await.result(enrol(used, keys));
    clock.advance(Duration.ofMinutes(10));

    assertRefused(enrol(unused, TestAuthority.keys()), Reason.TOKEN_EXPIRED);
    assertRefused(enrol(used, keys), Reason.TOKEN_EXPIRED);
    assertThat(store.issuanceLog().size()).isEqualTo(1);
  }

  @Test
  void whoHasNoTokenOfOursGetsNothing() {
    for (String wrong : new String[] {"x", "a".repeat(43), "b".repeat(10_000), "\0"}) {
      assertRefused(enrol(wrong, keys), Reason.TOKEN_UNKNOWN);
    }
    String revoked = token("n1", HeraldRole.NODE);
    assertThat(store.tokens().revoke(TokenSecret.presented(revoked).hash())).isTrue();
    assertRefused(enrol(revoked, keys), Reason.TOKEN_UNKNOWN);
    assertThat(store.issuanceLog().size()).isZero();
  }

  @Test
  void aRequestThatIsNotBoundToTheTokenUsesNothingUp() {
    String token = token("n1", HeraldRole.NODE);
    String other = token("n2", HeraldRole.NODE);
    KeyPair thief = TestAuthority.keys();
    List<byte[]> unbound =
        List.of(
            Csr.create(thief, mesh.crypto()),
            Csr.create(thief, "", mesh.crypto()),
            Csr.create(thief, TokenBinding.of(other, thief.getPublic()), mesh.crypto()),
            Csr.create(thief, TokenBinding.of(token, keys.getPublic()), mesh.crypto()));
    for (byte[] csr : unbound) {
      assertRefused(enrolment.enrol(HERE, request(token, csr)), Reason.BAD_CSR);
    }
    assertThat(accepted(Await.result(enrol(token, keys)))).isNotNull();
  }

  @Test
  void aRequestWhoseSignatureIsWrongUsesNothingUp() {
    String token = token("n1", HeraldRole.NODE);
    byte[] csr = Csr.create(keys, TokenBinding.of(token, keys.getPublic()), mesh.crypto());
    csr[csr.length - 3] ^= 1;

    assertRefused(enrolment.enrol(HERE, request(token, csr)), Reason.BAD_CSR);
    assertThat(Await.result(enrol(token, TestAuthority.keys())).chain()).isNotEmpty();
  }

  @Test
  void publishedHostileRequestsGetNothing() {
    var cases = SharedData.json("attacks/csr-attacks.json").get("cases");
    int tried = 0;
    for (var attack : cases) {
      byte[] csr = Base64.getDecoder().decode(attack.get("csr_der_b64").asText());
      String token = token("n" + tried, HeraldRole.NODE);
      // None of them knows a token, so all are refused, and the token stays good.
      assertRefused(enrolment.enrol(HERE, request(token, csr)), Reason.BAD_CSR);
      assertThat(Await.result(enrol(token, TestAuthority.keys())).chain()).isNotEmpty();
      tried++;
    }
    assertThat(tried).isEqualTo(cases.size()).isPositive();
    assertThat(store.issuanceLog().size()).isEqualTo(tried);
  }

  @Test
  void nothingLeavesBeforeBothLogsHaveIt() {
    String token = token("n1", HeraldRole.NODE);
    CompletableFuture<Void> issuance = new CompletableFuture<>();
    CompletableFuture<Void> audit = new CompletableFuture<>();
    store.issuanceCompletesWith(issuance);
    store.auditCompletesWith(audit);
    Future<Enrolled> enrolling = enrol(token, keys);
    Await.until("the token is used", () -> store.tokens().all().getFirst().use() != null);

    issuance.complete(null);
    Await.until("it is in the issuance log", () -> store.issuanceLog().size() == 1);
    assertThat(enrolling.isComplete()).isFalse();
    audit.complete(null);
    assertThat(Await.result(enrolling).chain()).isNotEmpty();
  }

  @Test
  void nothingIsIssuedWhenALogCannotBeWrittenAndTheSameKeyMayTryAgain() {
    String token = token("n1", HeraldRole.NODE);
    store.auditCompletesWith(
        CompletableFuture.failedFuture(new StoreException(StoreException.Reason.FULL, "full")));
    assertRefused(enrol(token, keys), Reason.UNAVAILABLE);

    store.auditCompletesWith(CompletableFuture.completedFuture(null));
    assertThat(Await.result(enrol(token, keys)).chain()).isNotEmpty();
  }

  @Test
  void aFloodOfRefusalsWritesNoMoreThanItsShareAndIsCounted() {
    for (int i = 0; i < 200; i++) {
      assertRefused(enrol("wrong-" + i, keys), Reason.TOKEN_UNKNOWN);
    }
    assertThat(audited("refused")).hasSize(5);

    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    enrolment.tick();
    Await.until("the rest is told", () -> audited("refused").size() == 6);
    assertThat(audited("refused").getFirst().detail()).startsWith("195 more refusals");
  }

  @Test
  void anAddressThatAsksTooMuchUsesUpOnlyItsOwnShare() {
    enrolment = enrolment(new EnrolLimits(3, 1, 100, 10, 8, 64, 60));
    String token = token("n1", HeraldRole.NODE);
    for (int i = 0; i < 3; i++) {
      assertRefused(enrol("wrong", keys), Reason.TOKEN_UNKNOWN);
    }
    for (int i = 0; i < 500; i++) {
      assertRefused(enrol("wrong", keys), Reason.TOO_MANY);
    }
    assertThat(Await.result(enrolment.enrol(address("10.0.0.2"), request(token, keys))).chain())
        .isNotEmpty();

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertRefused(enrol("wrong", keys), Reason.TOKEN_UNKNOWN);
    assertRefused(enrol("wrong", keys), Reason.TOO_MANY);
  }

  @Test
  void manyAddressesTogetherHaveALimitTooAndTakeNoMemory() {
    EnrolLimits limits = new EnrolLimits(3, 1, 10, 1, 8, 64, 60);
    RateLimits rates = new RateLimits(limits, nanos::get);
    int passed = 0;
    for (int i = 0; i < 1000; i++) {
      try {
        rates.take(address("10.1." + i / 250 + "." + i % 250));
        passed++;
      } catch (EnrolRefused e) {
        assertThat(e.reason()).isEqualTo(Reason.TOO_MANY);
      }
    }
    assertThat(passed).isEqualTo(10);
    assertThat(rates.remembered()).isEqualTo(8);
  }

  @Test
  void anIpv6NetworkIsOneCaller() {
    assertThat(RateLimits.network(address("2001:db8::1")))
        .isEqualTo(RateLimits.network(address("2001:db8::ffff:1")))
        .isNotEqualTo(RateLimits.network(address("2001:db8:0:1::1")));
  }

  @Test
  void noTokenAndNoKeyIsInAnyLog() {
    String token = token("n1", HeraldRole.NODE, WEB);
    Await.result(enrol(token, keys));
    assertRefused(enrol(token, TestAuthority.keys()), Reason.TOKEN_USED);

    assertThat(store.audit().list(0, 100).toString()).doesNotContain(token);
    assertThat(store.tokens().all().toString()).doesNotContain(token);
    assertThat(request(token, keys).toString()).doesNotContain(token);
  }

  // By an existing certificate.

  private EnrolRequest byCertificate(
      TestAuthority by, String name, @Nullable KeyPair signer, Instant at) throws Exception {
    KeyPair own = TestAuthority.keys();
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, name);
    byte[] csr = Csr.create(keys, mesh.crypto());
    byte[] text =
        CertificateSignature.text(
            Fingerprint.of(mesh.bundle().of(TestAuthority.TD).getFirst()), at, csr);
    KeyPair signing = signer == null ? own : signer;
    return new EnrolRequest(
        "n7",
        new Proof.Certificate(
            new CertificateChain(by.chain(id, own, Duration.ofDays(1)))
                .der().stream().map(ByteString::of).toList(),
            ByteString.of(
                CertificateSignature.sign(
                    signing.getPrivate(), signing.getPublic(), text, mesh.crypto())),
            at),
        ByteString.of(csr));
  }

  @Test
  void aCertificateThatAnOperatorNamedEnrolsItsNode() throws Exception {
    Enrolled enrolled =
        Await.result(enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())));

    assertThat(accepted(enrolled)).hasToString("spiffe://mesh.test/herald/node/n7");
    assertThat(store.registrations().of("n7")).hasSize(1);
    assertThat(audited("done").getFirst().detail()).contains("old-7");
  }

  @Test
  void aCertificateEnrolsItsNodeUnderNoOtherName() throws Exception {
    EnrolRequest good = byCertificate(outside, "old-7", null, clock.instant());
    assertRefused(
        enrolment.enrol(HERE, new EnrolRequest("n8", good.proof(), good.csr())), Reason.OTHER_NAME);
    assertThat(store.issuanceLog().size()).isZero();
    assertThat(store.registrations().all()).isEmpty();
  }

  private void revoke(String node) {
    store
        .registrations()
        .revoke(
            node,
            clock.instant(),
            clock.instant().plusSeconds(60),
            new AuditEvent(clock.instant(), OPERATOR, "revoke", node, "done", ""));
  }

  @Test
  void aRevokedNodeEnrolsAgainByNothingFromBeforeAndItsNextIdentityIsLaterThanAllThat() {
    String used = token("n1", HeraldRole.NODE, WEB);
    Enrolled before = Await.result(enrol(used, keys));
    String unused = token("n1", HeraldRole.NODE, WEB);
    Instant until = clock.instant().plusSeconds(60);
    revoke("n1");
    String meanwhile = token("n1", HeraldRole.NODE, WEB);
    for (Duration later : List.of(Duration.ZERO, Duration.ofSeconds(60))) {
      clock.advance(later);
      assertRefused(enrol(used, keys), Reason.TOKEN_UNKNOWN);
      assertRefused(enrol(unused, keys), Reason.TOKEN_UNKNOWN);
      assertRefused(enrol(meanwhile, keys), Reason.TOKEN_UNKNOWN);
    }
    assertThat(store.registrations().all()).isEmpty();

    Enrolled after = Await.result(enrol(token("n1", HeraldRole.NODE, WEB), keys));
    assertThat(accepted(after)).isEqualTo(accepted(before));
    assertThat(after.chain().getFirst().getNotBefore().toInstant()).isEqualTo(until);
    assertThat(before.chain().getFirst().getNotBefore().toInstant()).isBefore(until);
  }

  @Test
  void aCertificateFromBeforeTheRevocationOfItsNodeProvesItNoMore() throws Exception {
    Await.result(enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())));
    EnrolRequest same = byCertificate(outside, "old-7", null, clock.instant());
    revoke("n7");
    assertRefused(enrolment.enrol(HERE, same), Reason.CERTIFICATE);
    clock.advance(Duration.ofSeconds(60));
    assertRefused(enrolment.enrol(HERE, same), Reason.CERTIFICATE);
    assertThat(store.registrations().of("n7")).isEmpty();

    // Valid from two minutes before it was made on.
    clock.advance(Duration.ofMinutes(2));
    assertRefused(
        enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())),
        Reason.CERTIFICATE);
    Await.result(enrol(token("n7", HeraldRole.NODE, WEB), TestAuthority.keys()));
    EnrolRequest old = new EnrolRequest(same.name(), same.proof(), same.csr());
    assertRefused(enrolment.enrol(HERE, old), Reason.CERTIFICATE);
    Enrolled again =
        Await.result(enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())));
    assertThat(accepted(again)).hasToString("spiffe://mesh.test/herald/node/n7");
  }

  @Test
  void anyOtherCertificateProvesNothing() throws Exception {
    Instant now = clock.instant();
    List<EnrolRequest> wrong =
        List.of(
            byCertificate(outside, "old-8", null, now),
            byCertificate(mesh, "old-7", null, now),
            byCertificate(outside, "old-7", TestAuthority.keys(), now),
            byCertificate(outside, "old-7", null, now.minus(Duration.ofMinutes(6))),
            byCertificate(outside, "old-7", null, now.plus(Duration.ofMinutes(6))),
            new EnrolRequest(
                "n7",
                new Proof.Certificate(List.of(), ByteString.of((byte) 1), now),
                ByteString.of(Csr.create(keys, mesh.crypto()))),
            new EnrolRequest(
                "n7",
                new Proof.Certificate(
                    List.of(ByteString.of((byte) 0x30)), ByteString.of((byte) 1), now),
                ByteString.of(Csr.create(keys, mesh.crypto()))));
    for (EnrolRequest request : wrong) {
      assertRefused(enrolment.enrol(HERE, request), Reason.CERTIFICATE);
    }
    assertThat(store.issuanceLog().size()).isZero();
    assertThat(store.registrations().all()).isEmpty();
  }

  @Test
  void aSignatureForOneRequestIsNoneForAnother() throws Exception {
    EnrolRequest good = byCertificate(outside, "old-7", null, clock.instant());
    EnrolRequest swapped =
        new EnrolRequest(
            "n7", good.proof(), ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())));

    assertRefused(enrolment.enrol(HERE, swapped), Reason.CERTIFICATE);
    assertThat(new TrustDomain("mesh.test")).isEqualTo(TestAuthority.TD);
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
