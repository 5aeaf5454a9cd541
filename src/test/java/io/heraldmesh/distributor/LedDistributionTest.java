package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SnapshotProof;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.link.LinkClient;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Leases;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Distributors of two control nodes over one database. */
class LedDistributionTest {
  private static final String STRICT =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default, namespace: shop}
      spec: {mtls: {mode: STRICT}}
      """;
  private static final Duration ENOUGH = Duration.ofSeconds(40);

  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private final Registrations registrations =
      new Registrations(
          Map.of(
              "n1", Set.of(new WorkloadIdentity("shop", "web")),
              "n2", Set.of(new WorkloadIdentity("shop", "web"))));
  private final SignedBus bus = mesh.bus(vertx, HeraldRole.NODE, "n1");
  private final DistributorService node = DistributorService.over(bus);
  private final AtomicInteger looks = new AtomicInteger();
  private volatile Set<String> members = Set.of("c1", "c2", "c3");

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private Set<String> members() {
    looks.incrementAndGet();
    return members;
  }

  private LedDistribution distribution(String name, Duration settle) {
    return distribution(name, settle, true);
  }

  private LedDistribution distribution(String name, Duration settle, boolean stands) {
    return distribution(name, settle, stands, store);
  }

  private LedDistribution distribution(
      String name, Duration settle, boolean stands, Store database) {
    SignedBus bus = mesh.bus(vertx, HeraldRole.CONFIG, name);
    SignedBus asking = mesh.bus(vertx, HeraldRole.ADMIN, name);
    LedDistribution made =
        new LedDistribution(
            vertx,
            database,
            name,
            new MeshCompiler(TestAuthority.TD)::compile,
            ledger ->
                new DistributorVerticle(
                    bus,
                    () -> registrations,
                    new MeshCompiler(TestAuthority.TD)::compile,
                    ledger,
                    InstantSource.system(),
                    new SimpleMeterRegistry(),
                    settle,
                    KeySharing.NONE),
            DistributorService.over(asking),
            stands,
            3,
            this::members,
            new SimpleMeterRegistry());
    Await.result(made.start());
    return made;
  }

  private static Resources resources(String mode) {
    return ResourceReader.read("mesh.yaml", STRICT.replace("STRICT", mode));
  }

  private void announce(String name) {
    Await.result(
        DistributorService.over(mesh.bus(vertx, HeraldRole.NODE, name))
            .announce(
                new Announcement(
                    System.nanoTime(),
                    List.of(
                        new AnnouncedWorkload(
                            "shop",
                            "web",
                            "web",
                            Map.of("app", "web"),
                            List.of(
                                new AnnouncedPort("http", 80, Protocol.HTTP, "127.0.0.1", 15106)),
                            true)))));
  }

  private Optional<Revision> fetched() {
    Future<DistributorService.Fetched> answer = node.fetch(null);
    try {
      SnapshotFrame frame = SnapshotFrame.parse(Await.result(answer).frame().toByteArray());
      return Optional.of(SnapshotProof.verify(bus, frame, null).revision());
    } catch (AssertionError | MalformedMessage | BusException notYet) {
      return Optional.empty();
    }
  }

  @Test
  void whatWouldHappenIsTheSameWhoeverIsAskedWithTheWorkloadsThatThereAre() {
    LedDistribution leading = distribution("c1", Duration.ZERO);
    Await.until("leads", leading::leads);
    LedDistribution following = distribution("c2", Duration.ZERO);
    Await.result(leading.apply(resources("STRICT")));
    announce("n1");
    Await.until(ENOUGH, "kept", () -> !store.announcements().all().isEmpty());
    for (String app : List.of("web", "nobody")) {
      Resources selecting =
          ResourceReader.read(
              "mesh.yaml",
              STRICT.replace(
                  "spec: {", "spec: {selector: {matchLabels: {app: APP}}, ".replace("APP", app)));
      String said = Await.result(following.check(selecting)).toString();
      assertThat(said).as(app).isEqualTo(Await.result(leading.check(selecting)).toString());
      assertThat(said.contains("selects no workload")).as(said).isEqualTo(app.equals("nobody"));
    }
    assertThat(following.leads()).isFalse();
    Await.result(following.close());
    Await.result(leading.close());
  }

  @Test
  void aNodeThatDoesNotStandNeverLeadsAndTellsWhatTheLeaderSays() {
    LedDistribution signing = distribution("c1", Duration.ZERO, false);
    assertThat(signing.leads()).isFalse();
    assertThat(Await.failure(signing.status())).isInstanceOf(BusException.class);

    LedDistribution leading = distribution("c2", Duration.ZERO);
    Await.until("the other leads at once", leading::leads);
    Await.result(signing.apply(resources("PERMISSIVE")));
    announce("n1");
    announce("n2");
    Await.result(leading.apply(resources("STRICT")));
    assertThat(Await.result(signing.status()).revision())
        .isEqualTo(Await.result(leading.status()).revision())
        .isNotNull();
    Await.result(leading.close());
    assertThat(signing.leads()).isFalse();
  }

  @Test
  void whatNodesUseAndHowFreshKeysAreIsAskedOfWhoLeads() {
    LedDistribution leading = distribution("c1", Duration.ZERO);
    LedDistribution following = distribution("c2", Duration.ZERO);
    Await.result(node.report(UsedReport.of(List.of())));
    for (LedDistribution asked : List.of(leading, following)) {
      assertThat(Await.result(asked.reports(null)).nodes())
          .extracting(Reported::node)
          .containsExactly("n1");
      assertThat(Await.result(asked.keySets()).by()).isEqualTo("c1");
    }
    Await.result(following.close());
    Await.result(leading.close());
  }

  @Test
  void oneLeadsAndTheOtherFollowsWithNothingLost() {
    LedDistribution first = distribution("c1", Duration.ZERO);
    LedDistribution second = distribution("c2", Duration.ZERO);
    assertThat(first.leads()).isTrue();
    assertThat(second.leads()).isFalse();
    Await.result(first.apply(resources("STRICT")));
    Await.result(second.apply(resources("STRICT")));
    announce("n1");
    Await.until("published", () -> fetched().isPresent());
    Revision before = fetched().orElseThrow();
    MeshStatus asSeenByTheOther = Await.result(second.status());
    assertThat(asSeenByTheOther.nodes()).extracting(n -> n.name()).containsExactly("n1");

    // While it follows it takes what it would put into force.
    Await.result(second.apply(resources("PERMISSIVE")));
    Await.result(first.close());
    Await.until(ENOUGH, "the other leads", second::leads);
    announce("n1");
    Await.until("published", () -> fetched().filter(r -> r.isAfter(before)).isPresent());
  }

  @Test
  void theLeaseIsKeptThoughTheDatabaseTakesSecondsToLengthenIt() {
    LedDistribution only =
        distribution("c1", Duration.ZERO, true, slow(Store.class, store, "leases"));
    Await.until("leads", only::leads);
    long end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
    while (System.nanoTime() < end) {
      assertThat(only.leads()).isTrue();
      LockSupport.parkNanos(20_000_000);
    }
    Await.result(only.close());
  }

  @Test
  void whoStopsLeavesNoLeaseBehindAlsoWhileItIsAboutToLengthenIt() {
    LedDistribution only =
        distribution("c1", Duration.ZERO, true, slow(Store.class, store, "leases"));
    Await.until("leads", only::leads);
    Await.result(only.close());
    assertThat(store.leases().held("config")).isEmpty();
    assertThat(only.leads()).isFalse();
  }

  /** As {@code real}; what its method gives takes its time to take a lease. */
  private static <T> T slow(Class<T> type, Object real, String of) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().equals("acquire")) {
                LockSupport.parkNanos(Duration.ofMillis(2_700).toNanos());
              }
              Object answer = method.invoke(real, arguments);
              return method.getName().equals(of) ? slow(Leases.class, answer, "") : answer;
            }));
  }

  @Test
  void aNewLeaderTriesAgainWhenTheDatabaseFailsItsFirstRevision() {
    LedDistribution first = distribution("c1", Duration.ZERO);
    Await.result(first.apply(resources("STRICT")));
    announce("n1");
    Await.until("published", () -> fetched().isPresent());
    Revision before = fetched().orElseThrow();
    AtomicInteger failures = new AtomicInteger(2);
    LedDistribution second =
        distribution("c2", Duration.ZERO, true, failing(Store.class, store, failures));
    Await.result(second.apply(resources("PERMISSIVE")));

    Await.result(first.close());
    Await.until(ENOUGH, "the other leads", second::leads);
    Await.until(
        "a revision of its own", () -> store.revisions().current().number() > before.number());
    assertThat(failures).hasNegativeValue();
    announce("n1");
    Await.until("published", () -> fetched().filter(r -> r.isAfter(before)).isPresent());
  }

  /** As {@code real}; so many times it has no revision to give. */
  private static <T> T failing(Class<T> type, Object real, AtomicInteger times) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().equals("next") && times.getAndDecrement() > 0) {
                throw new StoreException(StoreException.Reason.BUSY, "not now");
              }
              Object answer = method.invoke(real, arguments);
              return method.getName().equals("leases")
                  ? failing(Leases.class, answer, times)
                  : answer;
            }));
  }

  @Test
  void whoLostTheLeaseStopsAndCountsNoRevision() {
    LedDistribution only = distribution("c1", Duration.ZERO);
    Await.result(only.apply(resources("STRICT")));
    announce("n1");
    Await.until("published", () -> fetched().isPresent());
    Revision before = fetched().orElseThrow();

    // As after a long pause of this process: another one has taken over meanwhile.
    store.leases().release(new Lease("config", only.holder(), 1));
    Lease stolen = store.leases().acquire("config", "c2", Duration.ofMinutes(5)).orElseThrow();
    Await.result(only.apply(resources("PERMISSIVE")));
    assertThat(store.revisions().current().number()).isEqualTo(before.number());
    Await.until(ENOUGH, "it follows", () -> !only.leads());
    Await.until("nobody answers", () -> fetched().isEmpty());

    store.leases().release(stolen);
    Await.until(ENOUGH, "it leads again", only::leads);
    announce("n1");
    Await.until("published", () -> fetched().filter(r -> r.isAfter(before)).isPresent());
  }

  @Test
  void aLeaseWhoseHolderIsGoneIsTakenOverOnceItsTimeIsUpAndNotBefore() {
    Duration life = Duration.ofSeconds(3);
    Lease lost = store.leases().acquire("config", "killed", life).orElseThrow();
    long start = System.nanoTime();
    LedDistribution next = distribution("c1", Duration.ZERO);
    assertThat(next.leads()).isFalse();
    Await.until(ENOUGH, "it leads", next::leads);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(life.minusMillis(200));
    assertThat(store.leases().acquire("config", next.holder(), life).orElseThrow().term())
        .isGreaterThan(lost.term());
  }

  @Test
  void aHolderThatIsNoMemberAnyMoreIsNotWaitedFor() {
    Duration life = Duration.ofMinutes(5);
    Lease lost = store.leases().acquire("config", "c1/killed", life).orElseThrow();
    LedDistribution next = distribution("c2", Duration.ZERO);
    Await.until("it was seen there", () -> looks.get() > 2);
    assertThat(next.leads()).isFalse();

    members = Set.of("c2", "c3");
    Await.until("it leads", next::leads);
    assertThat(store.leases().acquire("config", next.holder(), life).orElseThrow().term())
        .isEqualTo(lost.term() + 1);
    Await.result(next.close());
  }

  @Test
  void whoHasStoppedTakesNothingOverFromWhoeverIsGone() {
    Duration life = Duration.ofMinutes(5);
    Lease lost = store.leases().acquire("config", "c1/killed", life).orElseThrow();
    LedDistribution stopped = distribution("c2", Duration.ZERO);
    Await.until("it was seen there", () -> looks.get() > 2);
    Await.result(stopped.close());
    LedDistribution next = distribution("c3", Duration.ZERO);
    int seen = looks.get();
    Await.until("seen there by the other one, too", () -> looks.get() > seen + 2);

    members = Set.of("c2", "c3");
    Await.until("it leads", next::leads);
    assertThat(store.leases().held("config").orElseThrow().lease())
        .isEqualTo(new Lease("config", next.holder(), lost.term() + 1));
    Await.result(next.close());
  }

  @Test
  void aNewLeaderWaitsForTheNodesThatAreRegistered() {
    LedDistribution only = distribution("c1", Duration.ofMinutes(10));
    Future<Revision> applied = only.apply(resources("STRICT"));
    announce("n1");
    assertThat(Await.failure(node.fetch(null))).hasMessageContaining("NOT_READY");
    assertThat(applied.isComplete()).isFalse();
    announce("n2");
    Await.result(applied);
    assertThat(fetched()).isPresent();
  }

  @Test
  void aNewLeaderWaitsNoLongerThanItWasTold() {
    LedDistribution only = distribution("c1", Duration.ofMillis(300));
    Future<Revision> applied = only.apply(resources("STRICT"));
    announce("n1");
    Await.result(applied);
    Await.until("published", () -> fetched().isPresent());
  }

  @Test
  void allNodesThatRunAreThereByThenAndOneThatIsOffDelaysTheOthersByLessThanTenSeconds() {
    assertThat(LedDistribution.SETTLE)
        .isGreaterThan(LinkClient.LAST_RETRY)
        .isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void withoutTheDatabaseItStopsBeforeAnotherOneMayLead() {
    LedDistribution only = distribution("c1", Duration.ZERO);
    assertThat(only.leads()).isTrue();
    store.close();
    long start = System.nanoTime();
    Await.until(ENOUGH, "it stops", () -> !only.leads());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }
}
