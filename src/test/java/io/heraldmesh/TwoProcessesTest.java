package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.ca.CaRefusals;
import io.heraldmesh.ca.CaVerticle;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.cluster.ClusterMember;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.node.StoredRequests;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.heraldmesh.tls.MemberTls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control path between two processes: authority and distributor here, the node in another JVM,
 * in a cluster of the two, as control nodes are.
 */
class TwoProcessesTest {
  private static final String STRICT =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default, namespace: shop}
      spec: {mtls: {mode: STRICT}}
      """;

  static final Set<String> MEMBERS = Set.of("ca", "n1");

  @TempDir Path folder;
  private final InstantSource clock = InstantSource.system();
  private final TestAuthority mesh = new TestAuthority(clock);

  @Test
  void leavesAndPoliciesReachANodeInAnotherProcess() throws IOException, InterruptedException {
    int own = TestMembers.freePort();
    int other = TestMembers.freePort();
    write("", mesh.svid(HeraldRole.NODE, "n1", Duration.ofHours(1)));
    write("member-", mesh.svid(HeraldRole.ADMIN, "n1", Duration.ofHours(1)));
    MemberTls tls = TestMembers.tls(mesh.svid(HeraldRole.CA, "ca"), mesh.bundle(), MEMBERS, clock);
    ClusterMember member = TestMembers.join(own, List.of(), tls);
    Vertx vertx = member.vertx();
    try (Store store = SqliteStore.inMemory()) {
      DistributorVerticle distributor = deploy(vertx, store);
      Await.result(distributor.apply(ResourceReader.read("mesh.yaml", STRICT)));
      Process node = start(other, own);
      try {
        List<String> said = read(node);
        Await.until("leaf", () -> said.contains("leaves [spiffe://mesh.test/ns/shop/sa/web]"));
        Await.until("snapshot", () -> said.contains("mode STRICT"));
        assertThat(store.issuanceLog().size()).isEqualTo(1);

        assertThat(Await.failure(forgedPush(vertx))).hasMessageContaining("UNTRUSTED_SENDER");

        Revision changed =
            Await.result(
                distributor.apply(
                    ResourceReader.read("mesh.yaml", STRICT.replace("STRICT", "PERMISSIVE"))));
        Await.result(distributor.inForce(changed));
        Await.until("change", () -> said.contains("mode PERMISSIVE"));
        assertThat(Await.result(distributor.status()).nodes())
            .singleElement()
            .satisfies(n -> assertThat(n.acknowledged()).isEqualTo(changed));
      } finally {
        node.getOutputStream().close();
        if (!node.waitFor(20, TimeUnit.SECONDS)) {
          node.destroyForcibly();
        }
      }
    } finally {
      member.close();
    }
  }

  /** By a member of the cluster, whom that alone gives no authority. */
  private Future<?> forgedPush(Vertx vertx) {
    SignedBus stranger = new TestAuthority(clock).bus(vertx, HeraldRole.CONFIG, "config");
    SpiffeId node = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
    return SnapshotPush.push(
        stranger,
        node,
        TestRevisions.of(stranger, node, new Revision(9, 9), TestRevisions.empty("n1")));
  }

  private DistributorVerticle deploy(Vertx vertx, Store store) {
    Registrations registrations =
        new Registrations(Map.of("n1", Set.of(new WorkloadIdentity("shop", "web"))));
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
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
    Await.result(
        vertx.deployVerticle(
            new CaVerticle(
                mesh.bus(vertx, HeraldRole.CA, "ca"),
                new StoredRequests(vertx, store.requests()),
                issuer,
                () -> store.revisions().current().epoch())));
    DistributorVerticle distributor =
        new DistributorVerticle(
            mesh.bus(vertx, HeraldRole.CONFIG, "config"),
            () -> registrations,
            new MeshCompiler(TestAuthority.TD)::compile,
            Ledger.of(store),
            clock,
            metrics);
    Await.result(vertx.deployVerticle(distributor));
    return distributor;
  }

  private void write(String prefix, HeraldSvid svid) throws IOException {
    Files.writeString(
        folder.resolve(prefix + "key.pem"), Pem.write("PRIVATE KEY", svid.key().getEncoded()));
    Files.writeString(
        folder.resolve(prefix + "cert-chain.pem"), new CertificateChain(svid.chain()).pem());
    Files.writeString(folder.resolve("root-cert.pem"), mesh.bundle().pem(TestAuthority.TD));
  }

  private Process start(int port, int member) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx200m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(),
            ProxyNodeProcess.class.getName(),
            String.valueOf(port),
            String.valueOf(member),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Of this process, whoever loaded its classes. */
  private static String classPath() {
    if (TwoProcessesTest.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return System.getProperty("java.class.path");
  }

  private static List<String> read(Process node) {
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (BufferedReader reader = node.inputReader()) {
                reader.lines().forEach(lines::add);
              } catch (IOException e) {
                lines.add("cannot be read: " + e.getMessage());
              }
            });
    return lines;
  }
}
