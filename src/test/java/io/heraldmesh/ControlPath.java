package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.ca.CaRefusals;
import io.heraldmesh.ca.CaVerticle;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.distributor.MeshSource;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.node.StoredRequests;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * From resources to what two nodes have in force, and from an authority to their leaves, over one
 * local bus: everything but the data path, nothing of it pretended.
 */
abstract class ControlPath {
  static final String STRICT =
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

  final InstantSource clock = InstantSource.system();
  final TestAuthority mesh = new TestAuthority(clock);
  final Vertx vertx = Vertx.vertx();
  final Store store = SqliteStore.inMemory();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  volatile Registrations registrations =
      new Registrations(
          Map.of(
              "n1", Set.of(new WorkloadIdentity("shop", "web")),
              "n2", Set.of(new WorkloadIdentity("shop", "client"))));

  /** Registered at another control node, which has not been heard of here; null: nothing. */
  volatile @Nullable Registrations elsewhere;

  final RegistrationSource registered =
      new RegistrationSource() {
        @Override
        public Registrations get() {
          return registrations;
        }

        @Override
        public Registrations lookUp(String node) {
          Registrations other = elsewhere;
          registrations = other == null ? registrations : other;
          return registrations;
        }
      };

  final MeshCompiler compiler = new MeshCompiler(TestAuthority.TD);
  volatile @Nullable RuntimeException compilerFault;
  final MeshSource source =
      (resources, workloads) -> {
        RuntimeException fault = compilerFault;
        if (fault != null) {
          throw fault;
        }
        return compiler.compile(resources, workloads);
      };
  final DistributorVerticle distributor =
      new DistributorVerticle(
          mesh.bus(vertx, HeraldRole.CONFIG, "config"),
          registered,
          source,
          Ledger.of(store),
          clock,
          metrics);
  final Node web = new Node("n1", "web", true);
  final Node client = new Node("n2", "client", true);

  /** The bus side of a proxy node. */
  final class Node {
    final RenewableIdentity identity;
    final SignedBus bus;
    final NodeCredentials credentials;
    final List<NodeSnapshot> snapshots = new CopyOnWriteArrayList<>();
    final SnapshotSubscriber subscriber;
    volatile @Nullable RuntimeException refusal;

    Node(String name, String workload, boolean ready) {
      this(name, workload, ready, clock);
    }

    /**
     * @param wall what it numbers its announcements by
     */
    Node(String name, String workload, boolean ready, InstantSource wall) {
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
          new SnapshotSubscriber(vertx, bus, List.of(workload(workload, ready)), wall, this::take);
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

  static AnnouncedWorkload workload(String name, boolean ready) {
    return new AnnouncedWorkload(
        "shop",
        name,
        name,
        Map.of("app", name),
        List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, "127.0.0.1", 15106)),
        ready);
  }

  private @Nullable String authority;

  @BeforeEach
  void start() {
    authorityBack();
    Await.result(vertx.deployVerticle(distributor));
  }

  void authorityAway() {
    Await.result(vertx.undeploy(authority));
  }

  void authorityBack() {
    CertificateIssuer issuer =
        new CertificateIssuer(
            vertx,
            mesh::authority,
            mesh.crypto(),
            store.issuanceLog(),
            new CaRefusals(store.audit(), clock, System::nanoTime),
            () -> registrations,
            () -> Revocations.NONE,
            clock,
            IssuanceLimit.NONE,
            metrics);
    authority =
        Await.result(
            vertx.deployVerticle(
                new CaVerticle(
                    mesh.bus(vertx, HeraldRole.CA, "ca"),
                    new StoredRequests(vertx, store.requests()),
                    issuer,
                    () -> store.revisions().current().epoch())));
  }

  @AfterEach
  void stop() {
    web.credentials.close();
    client.credentials.close();
    Await.result(vertx.close());
    store.close();
  }

  static Resources read(String yaml) {
    Resources resources = ResourceReader.read("mesh.yaml", yaml);
    assertThat(resources.problems().errors()).isEmpty();
    return resources;
  }

  Revision inForce(String yaml) {
    Revision revision = Await.result(distributor.apply(read(yaml)));
    Await.result(distributor.inForce(revision));
    return revision;
  }

  /** Both nodes up and the first resources in force. */
  void begin() {
    Await.result(distributor.apply(read(STRICT)).otherwiseEmpty());
    Await.result(web.subscriber.start());
    Await.result(client.subscriber.start());
    Await.result(web.subscriber.first());
    Await.result(client.subscriber.first());
    Await.until("all in force", () -> Await.result(distributor.status()).inForce() == 2);
  }
}
