package io.heraldmesh.credentials;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.WorkloadIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/**
 * A node's leaves and a clock that is set; the authority is real, its answers can be held back or
 * bent.
 */
abstract class CredentialsFixture {
  static final SpiffeId WEB = SpiffeId.workload(TestAuthority.TD, "shop", "web");
  static final SpiffeId DB = SpiffeId.workload(TestAuthority.TD, "shop", "db");
  static final Duration TTL = Duration.ofHours(24);

  final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  final TestAuthority mesh = new TestAuthority(clock);

  {
    clock.advance(Duration.ofDays(10));
  }

  final Vertx vertx = Vertx.vertx();
  final BentAuthority ca = new BentAuthority();
  final HeraldSvid svid = mesh.svid(HeraldRole.NODE, "n1", Duration.ofDays(2));
  final RenewableIdentity identity = new RenewableIdentity(svid, mesh.bundle());
  final NodeCredentials credentials = credentials(identity);
  final List<CredentialSet> published = new CopyOnWriteArrayList<>();

  NodeCredentials credentials(RenewableIdentity of) {
    return new NodeCredentials(
        vertx,
        ca,
        of,
        Set.of(new WorkloadIdentity("shop", "web"), new WorkloadIdentity("shop", "db")),
        TTL,
        mesh.crypto(),
        clock,
        new Random(1));
  }

  /** Signs with the real authority unless told otherwise. */
  final class BentAuthority implements CaService {
    volatile boolean away;
    volatile boolean otherName;
    volatile boolean otherRoot;
    volatile TrustBundle bundle = mesh.bundle();
    volatile TestAuthority signer = mesh;

    /** The longest life that it gives. */
    volatile Duration most = Authority.MAX_TTL;

    /** Of {@link #bundle}; 0: an authority that does not number them. */
    volatile long number;

    /** What answers to {@link #issue} wait for, made before that. */
    volatile Future<Void> held = Future.succeededFuture();

    final AtomicInteger rootsAsked = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public Future<Issued> issue(IssueRequest request) {
      if (away) {
        asked.incrementAndGet();
        return Future.failedFuture(new BusException(BusFailure.UNREACHABLE, "nobody there"));
      }
      SpiffeId id =
          switch (request.subject()) {
            case Subject.Caller() -> svid.id();
            case Subject.Workload(String ns, String sa) ->
                SpiffeId.workload(TestAuthority.TD, ns, otherName ? "other" : sa);
          };
      Csr csr = Csr.parse(request.csr().toByteArray(), mesh.crypto());
      TestAuthority signer = otherRoot ? new TestAuthority(clock) : this.signer;
      Duration wished = Objects.requireNonNullElse(request.ttl(), Authority.DEFAULT_TTL);
      Duration given = wished.compareTo(most) < 0 ? wished : most;
      List<X509Certificate> chain =
          signer.authority().sign(csr.publicKey(), id, given, clock.instant()).chain();
      Issued issued = new Issued(chain, bundle);
      asked.incrementAndGet();
      return held.map(released -> issued);
    }

    @Override
    public Future<Roots> roots() {
      rootsAsked.incrementAndGet();
      return away
          ? Future.failedFuture(new BusException(BusFailure.UNREACHABLE, "nobody there"))
          : Future.succeededFuture(new Roots(bundle));
    }

    @Override
    public Future<NumberedRoots> numberedRoots() {
      long told = number;
      return roots().map(roots -> new NumberedRoots(roots.bundle(), told));
    }

    @Override
    public Future<EpochSigned> epoch(long epoch) {
      return Future.failedFuture(new BusException(BusFailure.FORBIDDEN, "no node distributes"));
    }
  }

  void begin() {
    credentials.onChange(published::add);
    credentials.tick();
    Await.result(credentials.complete());
    settle();
  }

  Credential leaf(SpiffeId id) {
    return Objects.requireNonNull(credentials.current().leaves().get(id), () -> "no leaf of " + id);
  }

  /** Until what a tick began has ended. */
  void settle() {
    Await.until(
        "attempts settled",
        () ->
            credentials.status().stream()
                .allMatch(s -> !s.renewing() && s.nextAttempt().isAfter(clock.instant())));
  }

  @AfterEach
  void close() {
    credentials.close();
    Await.result(vertx.close());
  }
}
