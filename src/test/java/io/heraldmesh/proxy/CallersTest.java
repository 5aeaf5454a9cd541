package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OtherUser;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.capture.RunAs;
import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two workloads on one node, each with a user of its own: only processes of that user speak as the
 * workload.
 */
class CallersTest {
  private static final Workload MINE = new Workload("a", "mine");
  private static final Workload THEIRS = new Workload("a", "theirs");
  private static final String REQUEST = "GET /mine HTTP/1.1\r\nHost: server.b\r\n\r\n";
  private static final InetSocketAddress SERVICE = new InetSocketAddress("10.96.0.10", 80);

  private final List<AccessEntry> log = new CopyOnWriteArrayList<>();
  private final Dialled dialled = new Dialled();
  private Mesh mesh;
  private DataPath node;
  private List<Bound> listeners;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    TestCredentials credentials = new TestCredentials();
    node =
        new DataPath(
            mesh.vertx,
            new ProxySettings(
                "shared",
                Mesh.DOMAIN,
                List.of(
                    workload(MINE, OtherUser.myUid()), workload(THEIRS, OtherUser.myUid() + 4711)),
                Limits.DEFAULTS,
                false),
            credentials,
            () -> KeySets.NONE,
            Crypto.jdk(),
            new SimpleMeterRegistry(),
            log::add,
            InstantSource.system(),
            new OwnListeners(),
            Overload.none(),
            dialled);
    listeners = Mesh.await(node.open());
    credentials.set(
        List.of(mesh.authority.issue(id(MINE)), mesh.authority.issue(id(THEIRS))),
        Map.of(Mesh.DOMAIN, List.of(mesh.authority.root())));
    node.apply(
        new NodeSnapshot(
            "shared",
            List.of(
                Mesh.workloadPolicy(MINE, MtlsMode.STRICT),
                Mesh.workloadPolicy(THEIRS, MtlsMode.STRICT)),
            List.of(
                mesh.destination(
                    "server",
                    Set.of(Mesh.SERVER_ID),
                    List.of(new Endpoint("127.0.0.1", mesh.inbound.getPort(), true))))));
    Mesh.eventually(node::inForce);
  }

  @AfterEach
  void stop() throws Exception {
    Mesh.await(node.drain(Duration.ofMillis(50)));
    mesh.close();
  }

  @Test
  void whoRunsAsTheWorkloadSpeaksAsIt() throws Exception {
    try (RawClient client = new RawClient(listener("outbound", MINE))) {
      assertThat(client.get("/mine", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.logged("destination").principal()).isEqualTo("mesh.test/ns/a/sa/mine");
  }

  @Test
  void whoRunsAsAnotherWorkloadIsRefused() throws Exception {
    try (RawClient client = new RawClient(listener("outbound", THEIRS))) {
      assertThat(client.readAll()).isEmpty();
    }
    AccessEntry entry = refused("caller_not_run_as");
    assertThat(entry.refused()).isTrue();
    assertThat(entry.reason().detail())
        .contains(
            "uid " + OtherUser.myUid() + ",", "as theirs (uid " + (OtherUser.myUid() + 4711) + ")");
    assertThat(entry.principal()).isNull();
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void aSecondUserOfTheMachineGetsNothing() throws Exception {
    OtherUser.assumeThere();
    for (Workload workload : List.of(MINE, THEIRS)) {
      assertThat(OtherUser.sends(listener("outbound", workload), REQUEST)).isEmpty();
    }
    refused("caller_not_run_as");
    assertThat(mesh.app.seen()).isEmpty();
  }

  /** The stand-in for the rules says a destination that the client's socket does not have. */
  @Test
  void aCapturedCallOfASocketThatIsNotTheClientsIsRefused() throws Exception {
    try (RawClient client = dialled.connect(listener("outbound-capture", MINE), SERVICE)) {
      assertThat(client.readAll()).isEmpty();
    }
    refused("caller_unknown");
  }

  private static WorkloadSettings workload(Workload workload, int uid) throws IOException {
    return new WorkloadSettings(
        workload,
        workload.name(),
        Map.of(),
        ListenAddress.parse("127.0.0.1:0"),
        List.of(),
        List.of(),
        ListenAddress.parse("127.0.0.1:0"),
        new RunAs(workload.name(), uid));
  }

  private InetSocketAddress listener(String what, Workload workload) {
    return listeners.stream()
        .filter(b -> b.what().equals(what) && workload.equals(b.workload()))
        .map(Bound::address)
        .findFirst()
        .orElseThrow();
  }

  private AccessEntry refused(String code) {
    Mesh.eventually(() -> log.stream().anyMatch(e -> e.reason().code().equals(code)));
    return Objects.requireNonNull(
        log.stream().filter(e -> e.reason().code().equals(code)).findFirst().orElse(null));
  }

  private static SpiffeId id(Workload workload) {
    return SpiffeId.workload(Mesh.DOMAIN, workload.namespace(), workload.name());
  }
}
