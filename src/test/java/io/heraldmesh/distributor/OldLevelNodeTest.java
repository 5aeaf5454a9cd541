package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.compile.LevelTable;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
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

/**
 * A control plane that is newer than a node: {@code TextMatch.Glob} came with level 2, the node
 * knows level 1. Whatever policy says, the node is never weaker than before.
 */
class OldLevelNodeTest {
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "config"),
          () -> new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))),
          new MeshCompiler(TestAuthority.TD, LevelTable.NOW.with("TextMatch.Glob", 2))::compile,
          Ledger.of(store),
          InstantSource.system(),
          new SimpleMeterRegistry());
  private final List<NodeSnapshot> inForce = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    store.close();
  }

  private SnapshotSubscriber node(int level) {
    SnapshotSubscriber node =
        new SnapshotSubscriber(
            vertx,
            mesh.bus(vertx, HeraldRole.NODE, "n1"),
            List.of(
                new AnnouncedWorkload(
                    "shop",
                    "web",
                    "web",
                    Map.of(),
                    List.of(new AnnouncedPort("http", 80, Protocol.HTTP, "127.0.0.1", 15106)),
                    true)),
            InstantSource.system(),
            snapshot -> {
              inForce.add(snapshot);
              return Future.succeededFuture();
            },
            null,
            level);
    Await.result(node.start());
    return node;
  }

  private void apply(String namespace) {
    String deny =
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: deny, namespace: shop}
        spec:
          action: DENY
          rules: [{from: [{source: {namespaces: ["%s"]}}]}]
        """
            .formatted(namespace);
    Await.result(distributor.apply(ResourceReader.read("mesh.yaml", deny)));
  }

  private NodeStatus status() {
    return Await.result(distributor.status()).nodes().getFirst();
  }

  @Test
  void aDenyThatCannotBeSaidToItIsRefusedWholeAndTheNodeIsNamedWithTheReason() {
    apply("bad");
    SnapshotSubscriber node = node(1);
    Await.result(node.first());
    NodeSnapshot before = inForce.getLast();

    apply("b*d");
    Await.until("refused", () -> status().refusal() != null);
    assertThat(status().refusal())
        .isEqualTo("the snapshot needs schema level 2, this node knows level 1; upgrade the node");
    assertThat(status().inForce()).isFalse();
    assertThat(inForce).containsExactly(before);

    // What can be said to it again is in force again.
    apply("worse");
    Await.until("in force", () -> status().inForce());
    assertThat(inForce).hasSize(2);
    assertThat(inForce.getLast()).isNotEqualTo(before);
  }

  @Test
  void aDenyThatOlderWordsSayAsWellIsInForceOnIt() {
    apply("bad-*");
    Await.result(node(1).first());
    Await.until("in force", () -> status().inForce());
    assertThat(inForce.getLast().toString()).contains("Prefix[text=bad-]").doesNotContain("Glob");
  }

  @Test
  void onceItIsUpgradedItGetsWhatItRefusedBefore() {
    apply("bad");
    SnapshotSubscriber node = node(1);
    Await.result(node.first());
    apply("b*d");
    Await.until("refused", () -> status().refusal() != null);

    Await.result(node.close());
    Await.result(node(2).first());
    Await.until("in force", () -> status().inForce());
    assertThat(inForce.getLast().toString()).contains("Glob[text=b*d]");
  }
}
