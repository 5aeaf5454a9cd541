package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registered node, in other hands, signs what no node of this software would say. */
class MalformedAnnouncementTest {
  /** The same words as {@link Announcement}, of any form. */
  record Said(long sequence, int schemaLevel, List<SaidWorkload> workloads) {}

  record SaidWorkload(
      String namespace,
      String name,
      String serviceAccount,
      Map<String, String> labels,
      List<SaidPort> ports,
      boolean ready) {}

  record SaidPort(String name, int port, Protocol protocol, String host, int advertisedPort) {}

  private static final Operation<Said, Done> ANNOUNCE =
      new Operation<>(
          DistributorService.Operations.ADDRESS,
          DistributorService.Operations.ANNOUNCE.type(),
          Said.class,
          Done.class,
          Set.of(HeraldRole.NODE),
          Set.of(HeraldRole.CONFIG),
          1 << 20,
          64 << 10);

  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "config"),
          () ->
              new Registrations(
                  Map.of(
                      "rogue", Set.of(new WorkloadIdentity("shop", "web")),
                      "n1", Set.of(new WorkloadIdentity("shop", "web")))),
          new MeshCompiler(TestAuthority.TD)::compile,
          Ledger.of(store),
          InstantSource.system(),
          new SimpleMeterRegistry());
  private final SignedBus rogue = mesh.bus(vertx, HeraldRole.NODE, "rogue");
  private final List<NodeSnapshot> inForce = new CopyOnWriteArrayList<>();
  private final SnapshotSubscriber node =
      new SnapshotSubscriber(
          vertx,
          mesh.bus(vertx, HeraldRole.NODE, "n1"),
          List.of(
              new AnnouncedWorkload(
                  "shop",
                  "web",
                  "web",
                  Map.of("app", "web"),
                  List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, "10.0.0.1", 15006)),
                  true)),
          InstantSource.system(),
          this::putInForce);
  private long sequence;

  /** As a node whose calls are captured does: by every name and address that there is. */
  private Future<Void> putInForce(NodeSnapshot snapshot) {
    SpiffeId id = SpiffeId.workload(TestAuthority.TD, "shop", "web");
    Routes routes = new Routes(snapshot.destinations(), id, "shop", null, true, false);
    assertThat(routes.hasPort(80)).isTrue();
    inForce.add(snapshot);
    return Future.succeededFuture();
  }

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
    Await.result(distributor.apply(ResourceReader.read("mesh.yaml", service("web", "8080"))));
    Await.result(node.start());
    Await.result(node.first());
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private static String service(String name, String target) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: shop}
        spec:
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: %s}]
        """
        .formatted(name, target);
  }

  private Future<Done> says(String name, SaidPort port) {
    return rogue.call(
        ANNOUNCE,
        HeraldRole.CONFIG,
        new Said(
            ++sequence,
            1,
            List.of(
                new SaidWorkload("shop", name, "web", Map.of("app", "web"), List.of(port), true))));
  }

  private static SaidPort port(int port, String host, int advertised) {
    return new SaidPort("http", port, Protocol.HTTP, host, advertised);
  }

  @Test
  void isRefusedAndTheNextChangeReachesAllOthers() {
    SaidPort good = port(8080, "10.0.0.2", 15006);
    List<Future<Done>> bad =
        List.of(
            says("web", port(8080, "10.0.0.2", 70_000)),
            says("web", port(8080, "", 15006)),
            says("web", port(70_000, "10.0.0.2", 15006)),
            says("w".repeat(900_000), good));
    for (Future<Done> announced : bad) {
      assertThat(((BusException) Await.failure(announced)).failure())
          .isEqualTo(BusFailure.MALFORMED);
    }
    Await.result(says("web", good));

    String both = service("web", "8080") + "---\n" + service("other", "http");
    Revision next = Await.result(distributor.apply(ResourceReader.read("mesh.yaml", both)));
    Await.until("in force", () -> next.equals(node.revision()));
    assertThat(inForce.getLast().destinations()).hasSize(2);
    assertThat(Await.result(distributor.status()).problems())
        .allSatisfy(problem -> assertThat(problem).hasSizeLessThan(1000));
  }
}
