package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.CaService.IssueRequest;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.link.Admission;
import io.heraldmesh.link.ControlServer;
import io.heraldmesh.link.LinkClient;
import io.heraldmesh.link.LinkServer;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A control node that knows of a revocation, and the port of another on the same bus, c2, that does
 * not hear of it: it has lost the database.
 */
@SuppressWarnings("NullAway.Init") // what the test begins with
class RevokedElsewhereTest {
  private static final Subject WORKLOAD = new Subject.Workload("shop", "web");

  @TempDir Path folder;
  private final InstantSource clock = InstantSource.system();
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx bus = Vertx.vertx();
  private final List<Vertx> outside = new ArrayList<>();
  private Store store;
  private ControlPlane first;
  private SocketAddress port;

  @BeforeEach
  void start() {
    store = SqliteStore.open(folder.resolve("herald.db"));
    first = TestControlPlane.of(bus, mesh, store, Set.of("c1", "c2"), Duration.ofHours(1), clock);
    first.register("n1", Set.of(new WorkloadIdentity("shop", "web")));
    Await.result(first.deployAuthority("c1", new SimpleMeterRegistry()));
    SvidSource second = own(HeraldRole.CONFIG, "c2");
    LinkServer links =
        new LinkServer(
            bus,
            second,
            clock,
            new Admission(1000, 1000, 1000, System::nanoTime),
            first.registrations(),
            new SimpleMeterRegistry());
    ControlServer stale =
        new ControlServer(
            bus, second, mesh.crypto(), clock, () -> Revocations.NONE, 10, List.of(links.method()));
    port = Await.result(stale.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 1));
    links.start(stale::proven);
  }

  @AfterEach
  void stop() {
    first.close();
    outside.forEach(node -> Await.result(node.close()));
    Await.result(bus.close());
    store.close();
  }

  @Test
  void aRevokedNodeThatIsStillAttachedThereGetsNothing() {
    CaService node = attached(old("n1"));
    Await.result(node.issue(request(WORKLOAD)));

    Instant since = revoke("n1");
    long before = store.issuanceLog().size();

    assertRevoked(node.issue(request(WORKLOAD)));
    assertRevoked(node.issue(request(new Subject.Caller())));
    assertRevoked(node.roots());
    assertThat(store.issuanceLog().size()).isEqualTo(before);

    // Let in again, it is another than the one that was revoked.
    first.register("n1", Set.of(new WorkloadIdentity("shop", "web")));
    CaService again = attached(later("n1", since));
    assertThat(Await.result(again.issue(request(WORKLOAD))).chain()).isNotEmpty();
  }

  @Test
  void whatControlNodesSignForThemselvesStaysGoodWhenTheirRegistrationsAreTakenBack() {
    revoke("c1");
    revoke("c2");

    for (String name : List.of("c1", "c2")) {
      for (HeraldRole role : List.of(HeraldRole.CA, HeraldRole.CONFIG, HeraldRole.ADMIN)) {
        assertThat(Await.result(CaService.over(mesh.bus(bus, role, name)).roots()).bundle())
            .isEqualTo(mesh.bundle());
      }
    }
  }

  @Test
  void whoeverJoinedAsAnAdminIsRevokedToo() {
    CaService ann = CaService.over(mesh.bus(bus, HeraldRole.ADMIN, "ann"));
    Await.result(ann.roots());

    revoke("ann");

    assertRevoked(ann.roots());
  }

  /**
   * @return from when on an identity of that name counts again
   */
  private Instant revoke(String name) {
    Instant since = clock.instant().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
    Instant at = since.minusSeconds(61);
    AuditEvent audit = new AuditEvent(at, "the test", "registrations.revoke", name, "done", "");
    first.register(name, Set.of(new WorkloadIdentity("shop", "web")));
    assertThat(store.registrations().revoke(name, at, since, audit).there()).isTrue();
    first.readRegistrations();
    return since;
  }

  private SvidSource own(HeraldRole role, String name) {
    return SvidSource.fixed(mesh.svid(role, name), mesh.bundle());
  }

  private SvidSource old(String name) {
    return own(HeraldRole.NODE, name);
  }

  private SvidSource later(String name, Instant since) {
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, name);
    KeyPair keys = TestAuthority.keys();
    return SvidSource.fixed(
        new HeraldSvid(
            id,
            keys.getPrivate(),
            mesh.authority()
                .sign(keys.getPublic(), id, Duration.ofHours(1), clock.instant(), since)
                .chain()),
        mesh.bundle());
  }

  /** The authority, as whoever shows this identity at the port of c2 reaches it. */
  private CaService attached(SvidSource identity) {
    Vertx node = Vertx.vertx();
    outside.add(node);
    LinkClient link =
        new LinkClient(
            node,
            identity,
            mesh.crypto(),
            clock,
            new Random(),
            List.of(port),
            SchemaLevel.NEWEST,
            "test",
            new SimpleMeterRegistry());
    Await.result(link.start());
    Await.until("attached", () -> link.status().attached());
    return CaService.over(mesh.bus(node, identity));
  }

  private IssueRequest request(Subject subject) {
    return new IssueRequest(
        ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())),
        subject,
        Duration.ofMinutes(5));
  }

  private static void assertRevoked(Future<?> asked) {
    assertThat(Await.failure(asked))
        .isInstanceOfSatisfying(
            BusException.class,
            e -> {
              assertThat(e.failure()).isEqualTo(BusFailure.UNAUTHENTICATED);
              assertThat(e.detail()).endsWith("REVOKED");
            });
  }
}
