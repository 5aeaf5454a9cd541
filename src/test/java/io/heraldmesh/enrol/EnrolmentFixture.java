package io.heraldmesh.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.enrol.CertificateProofs.KnownNode;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.JoinToken;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * An authority, its state, and what it takes to be let in; the other authority is {@link #outside}.
 */
abstract class EnrolmentFixture {
  static final String OPERATOR = "spiffe://mesh.test/herald/operator/ann";
  static final WorkloadIdentity WEB = new WorkloadIdentity("shop", "web");
  static final InetAddress HERE = address("10.0.0.1");
  static final EnrolLimits MANY = new EnrolLimits(10_000, 10_000, 10_000, 10_000, 8, 64, 5);

  final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  final AtomicLong nanos = new AtomicLong();
  final TestAuthority mesh = new TestAuthority(clock);
  final TestAuthority outside = new TestAuthority(clock);
  final Vertx vertx = Vertx.vertx();
  final HeldStore store = new HeldStore(SqliteStore.inMemory());
  final KeyPair keys = TestAuthority.keys();
  final AtomicInteger registered = new AtomicInteger();
  final IssuanceLimit issuance = new IssuanceLimit(nanos::get);
  final Map<String, String> named = new HashMap<>();
  Enrolment enrolment = enrolment(MANY);

  /** What was registered cannot be read. */
  volatile boolean unreadable;

  Enrolment enrolment(EnrolLimits limits) {
    return enrolment(limits, outside);
  }

  /**
   * @param other whose certificates are taken
   */
  Enrolment enrolment(EnrolLimits limits, TestAuthority other) {
    CertificateProofs proofs =
        new CertificateProofs(
            other.bundle().of(TestAuthority.TD),
            List.of(new KnownNode("uri:spiffe://mesh.test/herald/node/old-7", "n7", Set.of(WEB))));
    return new Enrolment(
        vertx,
        mesh::authority,
        store,
        proofs,
        limits,
        issuance,
        mesh.crypto(),
        clock,
        nanos::get,
        this::readRegistered);
  }

  private void readRegistered() {
    if (unreadable) {
      throw new StoreException(StoreException.Reason.FAILED, "not now");
    }
    registered.incrementAndGet();
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

  String token(String node, HeraldRole role, WorkloadIdentity... workloads) {
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
                Set.of(),
                OPERATOR,
                clock.instant(),
                clock.instant().plus(Duration.ofMinutes(10)),
                null));
    named.put(secret.reveal(), node);
    return secret.reveal();
  }

  EnrolRequest request(String token, KeyPair keys) {
    return request(named.getOrDefault(token, "n1"), token, keys);
  }

  EnrolRequest request(String name, String token, KeyPair keys) {
    return new EnrolRequest(
        name,
        new Proof.Token(token),
        ByteString.of(Csr.create(keys, TokenBinding.of(token, keys.getPublic()), mesh.crypto())));
  }

  EnrolRequest request(String token, byte[] csr) {
    return new EnrolRequest(
        named.getOrDefault(token, "n1"), new Proof.Token(token), ByteString.of(csr));
  }

  Future<Enrolled> enrol(String token, KeyPair keys) {
    return enrolment.enrol(HERE, request(token, keys));
  }

  static void assertRefused(Future<?> enrolling, Reason reason) {
    assertThat(Await.failure(enrolling))
        .isInstanceOfSatisfying(EnrolRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  List<AuditEvent> audited(String outcome) {
    return store.audit().list(0, 1000).stream()
        .map(AuditLog.Entry::event)
        .filter(e -> e.action().equals("enrol") && e.outcome().equals(outcome))
        .toList();
  }

  SpiffeId accepted(Enrolled enrolled) {
    return switch (new PeerVerifier(mesh.crypto())
        .verify(enrolled.chain(), mesh.bundle(), PeerRole.CLIENT, clock.instant())) {
      case PeerVerdict.Accepted(SpiffeId id, Instant _) -> id;
      case PeerVerdict.Refused refused -> throw new AssertionError(refused);
    };
  }

  static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
