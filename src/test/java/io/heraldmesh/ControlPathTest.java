package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.ca.CaVerticle;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.MeshSource;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * From resources to what two nodes have in force, and from an authority to their leaves, over one
 * local bus: everything but the data path, nothing of it pretended.
 */
class ControlPathTest {
  private static final String STRICT =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default, namespace: shop}
      spec: {mtls: {mode: STRICT}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        selector: {app: web}
        ports: [{name: http, port: 80, targetPort: 8080}]
      """;

  private final InstantSource clock = InstantSource.system();
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final SqliteStore store = SqliteStore.inMemory();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Registrations registrations =
      new Registrations(
          Map.of(
              "n1", Set.of(new WorkloadIdentity("shop", "web")),
              "n2", Set.of(new WorkloadIdentity("shop", "client"))));
  private final MeshCompiler compiler = new MeshCompiler(TestAuthority.TD);
  private volatile @Nullable RuntimeException compilerFault;
  private final MeshSource source =
      (resources, workloads) -> {
        RuntimeException fault = compilerFault;
        if (fault != null) {
          throw fault;
        }
        return compiler.compile(resources, workloads);
      };
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "config"),
          () -> registrations,
          source,
          store.revisions(),
          clock,
          metrics);
  private final Node web = new Node("n1", "web", true);
  private final Node client = new Node("n2", "client", true);

  /** The bus side of a proxy node. */
  private final class Node {
    private final RenewableIdentity identity;
    private final SignedBus bus;
    private final NodeCredentials credentials;
    private final List<NodeSnapshot> snapshots = new CopyOnWriteArrayList<>();
    private final SnapshotSubscriber subscriber;
    private volatile @Nullable RuntimeException refusal;

    Node(String name, String workload, boolean ready) {
      identity = new RenewableIdentity(mesh.svid(HeraldRole.NODE, name), mesh.bundle());
      bus = mesh.bus(vertx, identity);
      credentials =
          new NodeCredentials(
              vertx,
              CaService.over(bus),
              identity,
              Set.of(new WorkloadIdentity("shop", workload)),
              Duration.ofHours(1),
              mesh.crypto(),
              clock,
              new Random(1));
      subscriber =
          new SnapshotSubscriber(vertx, bus, List.of(workload(workload, ready)), clock, this::take);
    }

    private Future<Void> take(NodeSnapshot snapshot) {
      RuntimeException fault = refusal;
      if (fault != null) {
        return Future.failedFuture(fault);
      }
      snapshots.add(snapshot);
      return Future.succeededFuture();
    }

    NodeSnapshot last() {
      return snapshots.getLast();
    }

    MtlsMode mode() {
      return last().workloads().getFirst().mtls();
    }
  }

  private static AnnouncedWorkload workload(String name, boolean ready) {
    return new AnnouncedWorkload(
        "shop",
        name,
        name,
        Map.of("app", name),
        List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, "127.0.0.1", 15106)),
        ready);
  }

  @BeforeEach
  void start() {
    CertificateIssuer issuer =
        new CertificateIssuer(
            vertx,
            mesh.authority(),
            mesh.crypto(),
            store.issuanceLog(),
            () -> registrations,
            clock,
            metrics);
    Await.result(
        vertx.deployVerticle(new CaVerticle(mesh.bus(vertx, HeraldRole.CA, "ca"), issuer)));
    Await.result(vertx.deployVerticle(distributor));
  }

  @AfterEach
  void stop() {
    web.credentials.close();
    client.credentials.close();
    Await.result(vertx.close());
    store.close();
  }

  private static Resources read(String yaml) {
    Resources resources = ResourceReader.read("mesh.yaml", yaml);
    assertThat(resources.problems().errors()).isEmpty();
    return resources;
  }

  private Revision inForce(String yaml) {
    Revision revision = Await.result(distributor.apply(read(yaml)));
    Await.result(distributor.inForce(revision));
    return revision;
  }

  /** Both nodes up and the first resources in force. */
  private void begin() {
    Await.result(distributor.apply(read(STRICT)).otherwiseEmpty());
    Await.result(web.subscriber.start());
    Await.result(client.subscriber.start());
    Await.result(web.subscriber.first());
    Await.result(client.subscriber.first());
    Await.until("all in force", () -> Await.result(distributor.status()).inForce() == 2);
  }

  @Test
  void eachNodeGetsItsLeavesAndTheyAreInTheLog() {
    web.credentials.start();
    client.credentials.start();
    Await.result(web.credentials.complete());
    Await.result(client.credentials.complete());

    assertThat(web.credentials.current().leaves())
        .containsOnlyKeys(SpiffeId.workload(TestAuthority.TD, "shop", "web"));
    assertThat(client.credentials.current().leaves())
        .containsOnlyKeys(SpiffeId.workload(TestAuthority.TD, "shop", "client"));
    assertThat(store.issuanceLog().size()).isEqualTo(2);
  }

  @Test
  void resourcesBecomeSnapshotsInForceOnBothNodes() {
    begin();

    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(client.last().destinations())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.service()).isEqualTo("shop/web");
              assertThat(d.identities())
                  .containsExactly(SpiffeId.workload(TestAuthority.TD, "shop", "web"));
              assertThat(d.endpoints()).hasSize(1);
            });
  }

  @Test
  void aChangeIsANewRevisionInForceOnAllAndAcknowledged() {
    begin();
    Revision before = inForce(STRICT);

    Revision after = inForce(STRICT.replace("STRICT", "PERMISSIVE"));

    assertThat(after.isAfter(before)).isTrue();
    assertThat(web.mode()).isEqualTo(MtlsMode.PERMISSIVE);
    MeshStatus status = Await.result(distributor.status());
    assertThat(status.revision()).isEqualTo(after);
    assertThat(status.inForce()).isEqualTo(2);
    assertThat(status.problems()).isEmpty();
  }

  @Test
  void whatChangesNothingIsNoNewRevision() {
    begin();
    Revision before = inForce(STRICT);
    int had = web.snapshots.size();

    assertThat(inForce(STRICT + "# a comment\n")).isEqualTo(before);
    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void aBurstOfChangesIsFewRevisionsAndTheLastWins() {
    begin();
    Revision before = inForce(STRICT);

    Resources permissive = read(STRICT.replace("STRICT", "PERMISSIVE"));
    Resources disable = read(STRICT.replace("STRICT", "DISABLE"));

    List<Future<Revision>> burst = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      burst.add(distributor.apply(i % 2 == 0 ? permissive : disable));
    }
    Revision last = Await.result(burst.getLast());
    Await.result(distributor.inForce(last));

    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
    // How few depends on how fast this machine hands them in; far fewer than one each.
    assertThat(last.number() - before.number()).isLessThan(25);
  }

  @Test
  void resourcesWithErrorsChangeNothing() {
    begin();
    Revision before = inForce(STRICT);
    Resources bad = ResourceReader.read("bad.yaml", STRICT.replace("STRICT", "STRICKT"));
    assertThat(bad.problems().hasErrors()).isTrue();

    assertThat(Await.failure(distributor.apply(bad))).isNotNull();

    MeshStatus status = Await.result(distributor.status());
    assertThat(status.revision()).isEqualTo(before);
    assertThat(status.problems()).hasSize(1);
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(metrics.counter("herald_config_rejected").count()).isEqualTo(1);
    inForce(STRICT.replace("STRICT", "DISABLE"));
    assertThat(Await.result(distributor.status()).problems()).isEmpty();
  }

  @Test
  void whenTheCompilerFailsWhatIsInForceStaysAndNodesAreStillAnswered() {
    begin();
    Revision before = inForce(STRICT);
    compilerFault = new IllegalStateException("broken on purpose");

    assertThat(Await.failure(distributor.apply(read(STRICT.replace("STRICT", "DISABLE")))))
        .hasMessage("broken on purpose");
    assertThat(Await.result(distributor.status()).problems())
        .singleElement()
        .asString()
        .contains("broken on purpose");
    compilerFault = null;

    Await.result(client.subscriber.announce(List.of(workload("client", false))));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(Await.result(distributor.status()).revision()).isEqualTo(before);
  }

  @Test
  void aNodeThatAnnouncesAServiceAccountOfAnotherIsRefusedAndNothingOfItCounts() {
    begin();
    BusException refusal =
        (BusException)
            Await.failure(
                client.subscriber.announce(
                    List.of(workload("client", true), workload("web", true))));

    assertThat(refusal.failure()).isEqualTo(BusFailure.NOT_REGISTERED);
    assertThat(Await.result(distributor.status()).problems())
        .containsExactly(
            "node n2 announced service account shop/web, which is not registered for it");
    Destination destination = client.last().destinations().getFirst();
    assertThat(destination.endpoints()).hasSize(1);
  }

  @Test
  void anOlderAnnouncementDoesNotReplaceALaterOne() {
    begin();
    DistributorService fromWeb = DistributorService.over(web.bus);

    BusException refusal =
        (BusException)
            Await.failure(
                fromWeb.announce(
                    new io.heraldmesh.bus.Announcement(1, List.of(workload("web", false)))));
    assertThat(refusal.failure()).isEqualTo(BusFailure.REPLAYED);
  }

  @Test
  void whenAWorkloadGoesItIsNoEndpointAnyMore() {
    begin();
    Await.result(web.subscriber.withdraw());

    Await.until("no endpoint", () -> client.last().destinations().getFirst().endpoints().isEmpty());
    assertThat(Await.result(distributor.status()).nodes()).hasSize(1);
  }

  @Test
  void aSnapshotFromSomebodyElseThanConfigNeverArrives() {
    begin();
    int had = web.snapshots.size();
    SnapshotPush.Pushed forged =
        new SnapshotPush.Pushed(
            new Revision(9, 9), SnapshotCodec.encode(new NodeSnapshot("n1", List.of(), List.of())));
    SpiffeId n1 = web.identity.svid().id();

    assertPushFails(mesh.bus(vertx, HeraldRole.NODE, "n2"), n1, forged, BusFailure.FORBIDDEN);
    assertPushFails(mesh.bus(vertx, HeraldRole.ADMIN, "a"), n1, forged, BusFailure.FORBIDDEN);
    assertPushFails(
        new TestAuthority(clock).bus(vertx, HeraldRole.CONFIG, "config"),
        n1,
        forged,
        BusFailure.UNAUTHENTICATED);
    assertThat(web.snapshots).hasSize(had);
    assertThat(web.subscriber.revision()).isNotEqualTo(forged.revision());
  }

  @Test
  void anOlderRevisionIsNotPutIntoForceAgain() {
    begin();
    NodeSnapshot strict = web.last();
    inForce(STRICT.replace("STRICT", "DISABLE"));
    int had = web.snapshots.size();

    Await.result(
        SnapshotPush.push(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            web.identity.svid().id(),
            new SnapshotPush.Pushed(new Revision(1, 1), SnapshotCodec.encode(strict))));
    Await.result(web.subscriber.ask());

    assertThat(web.snapshots).hasSize(had);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void aSnapshotForAnotherNodeIsRefusedThoughConfigSignedIt() {
    begin();
    int had = web.snapshots.size();
    Await.result(
        SnapshotPush.push(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            web.identity.svid().id(),
            new SnapshotPush.Pushed(new Revision(1, 1000), SnapshotCodec.encode(client.last()))));

    Await.until(
        "refused",
        () ->
            Await.result(distributor.status()).nodes().stream()
                .anyMatch(n -> n.refusal() != null && n.refusal().contains("node n2")));
    assertThat(web.snapshots).hasSize(had);
  }

  @Test
  void theFirstSnapshotIsTheAnswerToAQuestionNeverAPush() {
    Await.result(web.subscriber.start());
    Await.result(
        SnapshotPush.push(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            web.identity.svid().id(),
            new SnapshotPush.Pushed(
                new Revision(1, 5),
                SnapshotCodec.encode(new NodeSnapshot("n1", List.of(), List.of())))));
    Await.result(web.subscriber.ask().otherwiseEmpty());

    assertThat(web.snapshots).isEmpty();
    assertThat(web.subscriber.first().isComplete()).isFalse();
  }

  @Test
  void aNodeThatCannotPutASnapshotIntoForceKeepsTheOneBeforeAndSaysSo() {
    begin();
    Revision before = inForce(STRICT);
    web.refusal = new IllegalStateException("port in use");

    Revision wanted = Await.result(distributor.apply(read(STRICT.replace("STRICT", "DISABLE"))));
    Future<Void> everywhere = distributor.inForce(wanted);
    Await.until(
        "refused",
        () ->
            Await.result(distributor.status()).nodes().stream()
                .anyMatch(n -> "port in use".equals(n.refusal())));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);
    assertThat(web.subscriber.revision()).isEqualTo(before);
    assertThat(everywhere.isComplete()).isFalse();

    web.refusal = null;
    Await.result(web.subscriber.ask());
    Await.result(everywhere);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void aPushThatGotLostIsMadeUpForByAsking() {
    begin();
    vertx
        .eventBus()
        .addInboundInterceptor(
            delivery -> {
              if (!delivery.message().address().contains("node.n1")) {
                delivery.next();
              }
            });
    Revision wanted = Await.result(distributor.apply(read(STRICT.replace("STRICT", "DISABLE"))));
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);

    Await.result(web.subscriber.ask());

    Await.result(distributor.inForce(wanted));
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void aRestartedDistributorIsToldAgainAndNodesKeepWhatTheyHave() {
    begin();
    int had = web.snapshots.size();
    DistributorVerticle second =
        new DistributorVerticle(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            () -> registrations,
            source,
            store.revisions(),
            clock,
            new SimpleMeterRegistry());
    Await.result(vertx.undeploy(distributor.deploymentID()));
    assertThatThrownBy(() -> Await.result(web.subscriber.ask()))
        .hasMessageContaining("UNREACHABLE");
    assertThat(web.mode()).isEqualTo(MtlsMode.STRICT);

    Await.result(vertx.deployVerticle(second));
    Await.result(second.apply(read(STRICT)));
    Await.result(web.subscriber.ask());
    Await.result(client.subscriber.ask());
    Await.until("all again", () -> Await.result(second.status()).inForce() == 2);

    assertThat(web.snapshots.subList(had, web.snapshots.size()))
        .allSatisfy(s -> assertThat(s.workloads()).isEqualTo(web.snapshots.getFirst().workloads()));
  }

  @Test
  void statusIsForAdminOnly() {
    begin();
    DistributorService admin = DistributorService.over(mesh.bus(vertx, HeraldRole.ADMIN, "admin"));

    assertThat(Await.result(admin.status()).nodes()).hasSize(2);
    assertThat(Await.failure(DistributorService.over(web.bus).status()))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(BusFailure.FORBIDDEN));
  }

  private static void assertPushFails(
      SignedBus from, SpiffeId to, SnapshotPush.Pushed snapshot, BusFailure failure) {
    assertThat(Await.failure(SnapshotPush.push(from, to, snapshot)))
        .isInstanceOfSatisfying(
            BusException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }
}
