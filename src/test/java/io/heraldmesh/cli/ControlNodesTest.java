package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.cluster.ClusterMember;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.store.Registration;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three control nodes, each a process of its own, over one PostgreSQL. The node that they serve is
 * in this process; it is a member under another name only to have their event bus.
 */
@SuppressWarnings("NullAway.Init") // what the test begins with
class ControlNodesTest {
  private static final TrustDomain TD = new TrustDomain("mesh.test");
  private static final List<String> NAMES = List.of("c1", "c2", "c3");
  private static final Set<String> MEMBERS = Set.of("c1", "c2", "c3", "watch");
  private static final Duration TAKE_OVER = Duration.ofSeconds(90);

  @TempDir Path folder;
  private ControlNodeFiles files;
  private final InstantSource clock = InstantSource.system();
  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();
  private final List<ControlNode> running = new ArrayList<>();
  private final List<String> modes = new CopyOnWriteArrayList<>();
  private Authority authority;
  private ClusterMember member;
  private RenewableIdentity identity;

  @BeforeEach
  void begin() {
    files = new ControlNodeFiles(folder, NAMES, List.of("watch"));
  }

  @AfterEach
  void stop() {
    if (member != null) {
      member.close();
    }
    running.forEach(ControlNode::close);
  }

  @Test
  void whicheverControlNodeIsKilledPolicyAndCertificatesGoOn() throws Exception {
    authority =
        files.prepare(List.of(new Registration("n1", "shop", "web", "the test", Instant.now())));
    List<Integer> ports = NAMES.stream().map(name -> TestMembers.freePort()).toList();
    for (String name : NAMES) {
      running.add(ControlNode.start(name, files.nodeFile(name, ports)));
    }
    running.forEach(ControlNode::ready);
    Await.until("one leads", () -> leaders() == 1);

    SignedBus bus = join(ports);
    NodeCredentials credentials = credentials(bus);
    SnapshotSubscriber policy = subscriber(bus);
    credentials.start();
    Await.result(policy.start());
    Await.until("a leaf", () -> !credentials.current().leaves().isEmpty());
    Await.until(TAKE_OVER, "policy", () -> modes.contains("STRICT"));
    Await.until("policy in force", () -> policy.revision() != null);
    Revision first = Objects.requireNonNull(policy.revision());

    ControlNode leader = running.stream().filter(ControlNode::leads).findFirst().orElseThrow();
    leader.kill();
    running.remove(leader);
    files.mode("PERMISSIVE");
    renew(credentials);
    Await.until(TAKE_OVER, "the next one leads", () -> leaders() == 1);
    Await.until(TAKE_OVER, "new policy", () -> last("PERMISSIVE"));
    Await.until("a later revision", () -> later(policy, first));
    Revision second = Objects.requireNonNull(policy.revision());
    assertThat(modes).doesNotHaveDuplicates();

    // A node that leaves in good order hands over.
    ControlNode next = running.stream().filter(ControlNode::leads).findFirst().orElseThrow();
    running.remove(next);
    assertThat(next.stop()).isZero();
    files.mode("DISABLE");
    renew(credentials);
    Await.until(TAKE_OVER, "the last one leads", () -> leaders() == 1);
    Await.until(TAKE_OVER, "newest policy", () -> last("DISABLE"));
    Await.until("a later revision", () -> later(policy, second));
    assertThat(modes).containsExactly("STRICT", "PERMISSIVE", "DISABLE");
    Await.result(policy.close());
    credentials.close();
  }

  /** What was handed on is in force a moment later. */
  private static boolean later(SnapshotSubscriber policy, Revision than) {
    Revision now = policy.revision();
    return now != null && now.isAfter(than);
  }

  private long leaders() {
    return running.stream().filter(ControlNode::leads).count();
  }

  private boolean last(String mode) {
    return !modes.isEmpty() && modes.getLast().equals(mode);
  }

  /** Whoever of the authorities is asked: one that is gone is not asked for long. */
  private static void renew(NodeCredentials credentials) {
    SpiffeId id = SpiffeId.workload(TD, "shop", "web");
    for (int i = 0; i < 6; i++) {
      Await.until(
          "a new leaf",
          () -> {
            try {
              Await.result(credentials.renewNow(id));
              return true;
            } catch (AssertionError notYet) {
              return false;
            }
          });
    }
  }

  private SignedBus join(List<Integer> ports) throws GeneralSecurityException {
    member =
        TestMembers.join(
            "herald-mesh.test",
            TestMembers.freePort(),
            ports,
            TestMembers.tls(svid(HeraldRole.ADMIN, "watch"), authority.bundle(), MEMBERS, clock));
    identity = new RenewableIdentity(svid(HeraldRole.NODE, "n1"), authority.bundle());
    return new SignedBus(member.vertx(), identity, crypto, clock, random, Duration.ofSeconds(3));
  }

  private HeraldSvid svid(HeraldRole role, String name) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    SpiffeId id = SpiffeId.herald(TD, role, name);
    return new HeraldSvid(
        id, keys.getPrivate(), authority.sign(keys.getPublic(), id, null, clock.instant()).chain());
  }

  private NodeCredentials credentials(SignedBus bus) {
    return new NodeCredentials(
        member.vertx(),
        CaService.over(bus),
        identity,
        Set.of(new WorkloadIdentity("shop", "web")),
        null,
        crypto,
        clock,
        random);
  }

  private SnapshotSubscriber subscriber(SignedBus bus) {
    return new SnapshotSubscriber(
        member.vertx(),
        bus,
        List.of(
            new AnnouncedWorkload(
                "shop",
                "web",
                "web",
                Map.of("app", "web"),
                List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, "127.0.0.1", 15106)),
                true)),
        clock,
        snapshot -> {
          modes.add(String.valueOf(snapshot.workloads().getFirst().mtls()));
          return Future.succeededFuture();
        });
  }
}
