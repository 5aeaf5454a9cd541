package io.heraldmesh.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the control plane signed for a node was good when it came, and is believed after a restart
 * though every leaf that it was signed with has ended, and nobody is there to sign it anew.
 */
@Timeout(180)
@SuppressWarnings("NullAway.Init") // what the test begins with
class ControlPlaneEndedTest {
  private static final Duration SERVING = Duration.ofSeconds(60);
  private static final Duration OFF = Duration.ofHours(2);
  private static final String CONTROL = "control";
  private static final String SERVICES = "n1";

  /** Of the control plane's leaves; those of the services have a day. */
  private static final String SHORT_LEAVES = "  certificates: {ttl: 1h}\n";

  @TempDir Path folder;
  private volatile Duration later = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(later);
  private final String link = "127.0.0.1:" + TestMembers.freePort();
  private final List<Node> running = new ArrayList<>();
  private App app;

  @BeforeEach
  void begin() throws IOException {
    app = App.httpbin();
    Path state = folder.resolve(CONTROL);
    Authority authority =
        AuthorityStore.in(state)
            .openOrCreate(TestAuthority.TD, clock, Crypto.preferred(), new SecureRandom())
            .authority();
    try (Store store = SqliteStore.open(database())) {
      store.registrations().replace(SERVICES, List.of(registered("web"), registered("caller")));
    }
    joined(authority);
    Path resources = Files.createDirectories(folder.resolve("resources"));
    Files.writeString(
        resources.resolve("peers.yaml"), NodeFolder.PERMISSIVE.replace("PERMISSIVE", "STRICT"));
    Files.writeString(resources.resolve("web.yaml"), WebAndCaller.SERVICE);
    Files.writeString(resources.resolve("access.yaml"), WebAndCaller.access("/one"));
  }

  @AfterEach
  void stop() {
    running.forEach(Node::stop);
    app.close();
  }

  @Test
  void servicesTalkAfterARestartWhenEveryLeafOfTheControlPlaneHasEnded() throws IOException {
    Path services = services();
    Node control = start(control());
    Node first = start(services);
    Await.until(SERVING, "/one is 200", () -> WebAndCaller.status(first, "/one") == 200);
    Await.until(SERVING, "kept", () -> inForce(control) && leavesAreKept());
    stop(control);
    stop(first);

    later = OFF;
    assertThat(leavesOfTheControlPlane())
        .isNotEmpty()
        .allSatisfy(leaf -> assertThat(leaf.notAfter()).isBefore(clock.instant()));
    Node again = start(services);

    Await.until(SERVING, "/one is 200", () -> WebAndCaller.status(again, "/one") == 200);
    assertThat(WebAndCaller.status(again, "/two")).isEqualTo(403);
  }

  private void stop(Node node) {
    running.remove(node);
    node.stop();
  }

  private Node start(Path file) {
    NodeFileReader.Result read = NodeFileReader.read(file);
    Node node =
        Node.start(
            Objects.requireNonNull(read.config(), read.problems().text()), line -> {}, clock);
    running.add(node);
    return node;
  }

  private Path control() throws IOException {
    return nodeFile(
        CONTROL,
        """
          roles: [ca, config, admin]
          trustDomain: mesh.test
          resources: resources
          control: {listen: "%s"}
        """
                .formatted(link)
            + SHORT_LEAVES);
  }

  /** Where the service listens is in the policy that is kept, so it is the same each time. */
  private Path services() throws IOException {
    return nodeFile(
        SERVICES,
        """
          roles: [proxy]
          attached: {to: ["%s"]}
          workloads:
          - namespace: a
            name: web
            serviceAccount: web
            labels: {app: web}
            ports:
            - {name: http, port: 8080, app: "127.0.0.1:%d", listen: "127.0.0.1:%d"}
          - {namespace: a, name: caller, serviceAccount: caller, outbound: {listen: "127.0.0.1:0"}}
        """
            .formatted(link, app.port(), TestMembers.freePort()));
  }

  private Path nodeFile(String name, String spec) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %s}
        spec:
          stateDir: %s
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
          eventLoops: 1
        %s"""
            .formatted(name, name, spec));
  }

  /** As by {@code herald join}, for longer than the control plane is away. */
  private void joined(Authority authority) throws IOException {
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, SERVICES);
    KeyPair keys = TestAuthority.keys();
    NodeIdentity.in(folder.resolve(SERVICES))
        .store(
            new HeraldSvid(
                id,
                keys.getPrivate(),
                authority
                    .sign(keys.getPublic(), id, OFF.multipliedBy(10), clock.instant())
                    .chain()),
            authority.bundle());
  }

  private static Registration registered(String account) {
    return new Registration(SERVICES, "a", account, "the test", Instant.now());
  }

  /** What a node says is in force is on its disk. */
  private static boolean inForce(Node control) {
    return Await.result(control.meshStatus()).nodes().stream()
        .anyMatch(node -> node.name().equals(SERVICES) && node.inForce());
  }

  private boolean leavesAreKept() {
    try {
      String kept =
          new SealedState(folder.resolve(SERVICES).resolve(SealedState.FOLDER), new SecureRandom())
              .read("leaves")
              .map(bytes -> new String(bytes, UTF_8))
              .orElse("");
      return kept.contains("/ns/a/sa/web") && kept.contains("/ns/a/sa/caller");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path database() {
    return folder.resolve(CONTROL).resolve("herald.db");
  }

  private List<IssuanceRecord> leavesOfTheControlPlane() {
    try (Store store = SqliteStore.open(database())) {
      return store.issuanceLog().after(0, 1_000).stream()
          .filter(leaf -> leaf.node().equals(CONTROL))
          .toList();
    }
  }
}
