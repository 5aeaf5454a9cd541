package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.proxy.KeptSnapshot;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's disk stands still: what is in force there is not said to be before it is kept. */
class KeptOnDiskTest {
  private static final String PUSHES = "herald.node.n1.snapshot";

  @TempDir private Path folder;
  private final Semaphore disk = new Semaphore(1);
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final Vertx vertx = Vertx.vertx();
  private final Store store = SqliteStore.inMemory();
  private final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "config"),
          () -> new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web")))),
          new MeshCompiler(TestAuthority.TD)::compile,
          Ledger.of(store),
          InstantSource.system(),
          new SimpleMeterRegistry());
  private final List<NodeSnapshot> inForce = new CopyOnWriteArrayList<>();
  private SnapshotSubscriber node;

  /** Whatever is sealed needs some of it first. */
  private final class Waiting extends SecureRandom {
    private static final long serialVersionUID = 1;

    @Override
    public void nextBytes(byte[] bytes) {
      disk.acquireUninterruptibly();
      super.nextBytes(bytes);
      disk.release();
    }
  }

  @BeforeEach
  void start() throws Exception {
    mesh.grantEpochs(vertx);
    Await.result(vertx.deployVerticle(distributor));
    node =
        new SnapshotSubscriber(
            vertx,
            mesh.bus(vertx, HeraldRole.NODE, "n1"),
            List.of(new AnnouncedWorkload("shop", "web", "web", Map.of(), List.of(), true)),
            InstantSource.system(),
            snapshot -> {
              inForce.add(snapshot);
              return Future.succeededFuture();
            },
            new KeptSnapshot(new SealedState(folder, new Waiting())),
            SchemaLevel.NEWEST);
    apply("STRICT");
    Await.result(node.start());
    Await.result(node.first());
  }

  @AfterEach
  void stop() {
    disk.release();
    Await.result(node.close());
    Await.result(vertx.close());
    store.close();
  }

  private Revision apply(String mode) {
    return Await.result(
        distributor.apply(
            ResourceReader.read(
                "mesh.yaml",
                """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: shop}
            spec: {mtls: {mode: %s}}
            """
                    .formatted(mode))));
  }

  private long counted() {
    return Await.result(distributor.status()).inForce();
  }

  @Test
  void aChangeIsInForceAtOnceAndCountsWhenItIsOnDiskAlsoWhereTheNodeAsksMeanwhile() {
    Await.until("counts", () -> counted() == 1);
    disk.acquireUninterruptibly();
    Revision changed = apply("DISABLE");
    Future<Void> everywhere = distributor.inForce(changed);
    Await.until("in force", () -> changed.equals(node.revision()));
    assertThat(inForce.getLast().workloads().getFirst().mtls()).isEqualTo(MtlsMode.DISABLE);

    Await.result(node.ask());
    assertThat(counted()).isZero();
    assertThat(everywhere.isComplete()).isFalse();

    disk.release();
    Await.result(everywhere);
  }

  @Test
  void aPushIsNotKeptWaitingForTheDiskAndIsAcknowledgedByItselfLater() {
    Await.until("counts", () -> counted() == 1);
    AtomicReference<Buffer> pushed = new AtomicReference<>();
    vertx
        .eventBus()
        .<Object>addInboundInterceptor(
            delivery -> {
              if (delivery.message().address().equals(PUSHES)
                  && delivery.body() instanceof Buffer frame) {
                pushed.compareAndSet(null, frame);
              }
              delivery.next();
            });
    disk.acquireUninterruptibly();
    Revision changed = apply("DISABLE");
    Future<Void> everywhere = distributor.inForce(changed);
    Await.until("in force", () -> changed.equals(node.revision()));

    assertThat(
            Await.failure(vertx.eventBus().request(PUSHES, Objects.requireNonNull(pushed.get()))))
        .hasMessageContaining("not kept yet");
    assertThat(everywhere.isComplete()).isFalse();
    disk.release();
    Await.result(everywhere);
  }
}
