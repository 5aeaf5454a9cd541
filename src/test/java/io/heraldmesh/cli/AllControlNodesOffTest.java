package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.PostgresStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three control nodes over one PostgreSQL and a service node, by a clock that goes on while they
 * are off: longer than any leaf of the control plane lives.
 */
@Timeout(180)
@SuppressWarnings("NullAway.Init") // what the test begins with
class AllControlNodesOffTest {
  private static final TrustDomain TD = new TrustDomain("mesh.test");
  private static final List<String> CONTROL = List.of("c1", "c2", "c3");
  private static final Duration SERVING = Duration.ofSeconds(60);
  private static final Duration OFF = Authority.DEFAULT_TTL.plusHours(1);
  private static final Duration LONGER = OFF.multipliedBy(3);

  @TempDir Path folder;
  private volatile Duration later = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(later);
  private final Map<String, Path> nodeFiles = new LinkedHashMap<>();
  private final Map<String, Node> running = new LinkedHashMap<>();
  private ControlNodeFiles files;

  @BeforeEach
  void begin() throws Exception {
    files = new ControlNodeFiles(folder, CONTROL, List.of());
    Authority authority =
        files.prepare(List.of(new Registration("n1", "shop", "web", "the test", Instant.now())));
    List<Integer> ports = CONTROL.stream().map(name -> TestMembers.freePort()).toList();
    List<String> links = new ArrayList<>();
    for (String name : CONTROL) {
      String link = "127.0.0.1:" + TestMembers.freePort();
      links.add(link);
      Path file = files.nodeFile(name, ports);
      Files.writeString(
          file, "  control: {listen: \"%s\"}\n".formatted(link), StandardOpenOption.APPEND);
      nodeFiles.put(name, file);
    }
    nodeFiles.put("n1", serviceNode(authority, links));
  }

  /** It may still attach afterwards: only the control plane's own leaves are over. */
  private Path serviceNode(Authority authority, List<String> links) throws IOException {
    SpiffeId id = SpiffeId.herald(TD, HeraldRole.NODE, "n1");
    KeyPair keys = TestAuthority.keys();
    NodeIdentity.in(folder.resolve("n1"))
        .store(
            new HeraldSvid(
                id,
                keys.getPrivate(),
                authority.sign(keys.getPublic(), id, LONGER, clock.instant()).chain()),
            authority.bundle());
    return Files.writeString(
        folder.resolve("n1.yaml"),
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: n1}
        spec:
          roles: [proxy]
          stateDir: %s
          attached: {to: [%s]}
          certificates: {ttl: %dh}
          workloads:
          - {namespace: shop, name: web, serviceAccount: web, outbound: {listen: "127.0.0.1:0"}}
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
          eventLoops: 1
        """
            .formatted(
                folder.resolve("n1"),
                "\"" + String.join("\", \"", links) + "\"",
                LONGER.toHours()));
  }

  @AfterEach
  void stop() {
    running.values().forEach(Node::stop);
  }

  @Test
  void whenEveryLeafOfTheControlPlaneIsOverAllComesBackByNobodysHand() throws Exception {
    allOn();
    Await.until(SERVING, "in force", () -> inForce("n1"));
    Revision before = revision();
    allOff();
    later = OFF;
    assertThat(leavesOfControlNodes())
        .hasSizeGreaterThanOrEqualTo(CONTROL.size())
        .allSatisfy(leaf -> assertThat(leaf.notAfter()).isBefore(clock.instant()));

    long on = System.nanoTime();
    allOn();
    Await.until(SERVING, "one cluster", () -> CONTROL.stream().allMatch(this::seesAll));
    Await.until(SERVING, "in force", () -> inForce("n1"));
    assertThat(Duration.ofNanos(System.nanoTime() - on)).isLessThan(SERVING);

    files.mode("PERMISSIVE");
    Await.until(SERVING, "a change is in force", () -> inForce("n1") && revision().isAfter(before));
  }

  /** All at once; returns when all are ready, which the service node is with policy in force. */
  private void allOn() throws Exception {
    try (var starting = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, CompletableFuture<Node>> nodes = new LinkedHashMap<>();
      nodeFiles.forEach(
          (name, file) ->
              nodes.put(name, CompletableFuture.supplyAsync(() -> start(file), starting)));
      for (var one : nodes.entrySet()) {
        running.put(one.getKey(), one.getValue().get(90, TimeUnit.SECONDS));
      }
    }
  }

  private Node start(Path file) {
    NodeFileReader.Result read = NodeFileReader.read(file);
    return Node.start(
        Objects.requireNonNull(read.config(), read.problems().text()), line -> {}, clock);
  }

  private void allOff() {
    running.values().forEach(Node::stop);
    running.clear();
  }

  private boolean seesAll(String control) {
    return !node(control).health().report().text().contains("not in the cluster");
  }

  private boolean inForce(String name) {
    return nodes().stream().anyMatch(node -> node.name().equals(name) && node.inForce());
  }

  private List<NodeStatus> nodes() {
    return Await.result(node("c1").meshStatus()).nodes();
  }

  private Revision revision() {
    return Objects.requireNonNull(Await.result(node("c1").meshStatus()).revision());
  }

  private Node node(String name) {
    return Objects.requireNonNull(running.get(name));
  }

  private List<IssuanceRecord> leavesOfControlNodes() {
    try (Store store = PostgresStore.open(files.database())) {
      return store.issuanceLog().after(0, 1_000).stream()
          .filter(leaf -> CONTROL.contains(leaf.node()))
          .toList();
    }
  }
}
