package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.MemoryAuditLog;
import io.heraldmesh.MemoryIssuanceLog;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.ca.CaRefusals;
import io.heraldmesh.ca.CaVerticle;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.credentials.IdentityRenewal;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three control nodes that run for longer than a certificate lives. Each renews its own at half
 * life, by asking an authority over the very connections that then change; meanwhile all three ask
 * each other over the event bus and keep a map in Hazelcast.
 */
class MemberRenewalTest {
  private static final List<String> NAMES = List.of("c1", "c2", "c3");
  private static final Duration LIFE = Duration.ofHours(1);
  private static final DeliveryOptions PATIENT = new DeliveryOptions().setSendTimeout(20_000);

  private final FakeClock clock = new FakeClock(Instant.now());
  private final TestAuthority mesh = new TestAuthority(clock);
  private final MemoryOnceOnly once = new MemoryOnceOnly();
  private final MemoryIssuanceLog log = new MemoryIssuanceLog();
  private final List<Node> nodes = new ArrayList<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger kept = new AtomicInteger();
  private final AtomicInteger underway = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  private record Node(String name, int port, ClusterMember member, IdentityRenewal renewal) {

    Vertx vertx() {
      return member.vertx();
    }

    String serial() {
      return String.valueOf(renewal.status().serial());
    }
  }

  @AfterEach
  void stop() {
    ended.set(true);
    nodes.forEach(node -> node.member().close());
  }

  @Test
  void leavesAreRenewedAtHalfLifeOnAllSocketsAndNothingIsLost() {
    List<Integer> ports = NAMES.stream().map(name -> TestMembers.freePort()).toList();
    for (int i = 0; i < NAMES.size(); i++) {
      nodes.add(start(NAMES.get(i), ports.get(i), ports));
    }
    Await.until("three", () -> nodes.stream().allMatch(n -> n.member().members().equals(NAMES)));
    nodes.forEach(this::talk);
    clock.advance(Duration.ofSeconds(1530));
    for (int round = 1; round <= 3; round++) {
      List<String> before = nodes.stream().map(Node::serial).toList();
      // Past half life with all that it is moved by.
      clock.advance(Duration.ofSeconds(510));
      for (int i = 0; i < nodes.size(); i++) {
        Node node = nodes.get(i);
        String old = before.get(i);
        Await.until("a new leaf of " + node.name(), () -> !node.serial().equals(old));
        for (int port : List.of(node.port(), node.member().eventBusPort())) {
          Await.until(
              node.name() + " shows its new leaf at " + port,
              () -> ShownLeaf.serial(port).equals(node.serial()));
        }
      }
      int answers = answered.get();
      int writes = kept.get();
      Await.until("more answers " + failures, () -> answered.get() > answers + 300);
      Await.until("more is kept " + failures, () -> kept.get() > writes + 20);
      assertThat(nodes).allMatch(node -> node.member().members().equals(NAMES));
      // Half a minute before the leaves that were renewed end: some connections still show them.
      clock.advance(Duration.ofSeconds(1530));
      nodes.forEach(this::looked);
    }
    ended.set(true);
    Await.until("all was answered", () -> underway.get() == 0);
    assertThat(failures).isEmpty();
    assertThat(log.records()).hasSizeGreaterThanOrEqualTo(9);
  }

  /** The member has looked at its connections once, and closed what it put aside then. */
  private void looked(Node node) {
    Await.result(Future.future(done -> node.vertx().setTimer(3_300, id -> done.complete())));
  }

  private Node start(String name, int port, List<Integer> ports) {
    RenewableIdentity identity =
        new RenewableIdentity(mesh.svid(HeraldRole.CA, name, LIFE), mesh.bundle());
    ClusterMember member =
        TestMembers.join(
            port,
            ports.stream().filter(other -> other != port).toList(),
            TestMembers.tls(identity.svid(), mesh.bundle(), Set.copyOf(NAMES), clock));
    Vertx vertx = member.vertx();
    member.follow(() -> TestMembers.identity(identity.svid(), identity.bundle()));
    SignedBus bus = mesh.bus(vertx, identity);
    Await.result(
        vertx.deployVerticle(
            new CaVerticle(
                bus,
                once,
                new CertificateIssuer(
                    vertx,
                    mesh::authority,
                    mesh.crypto(),
                    log,
                    new CaRefusals(new MemoryAuditLog(), clock, System::nanoTime),
                    () -> new Registrations(Map.of()),
                    () -> Revocations.NONE,
                    clock,
                    IssuanceLimit.NONE,
                    new SimpleMeterRegistry()),
                () -> 1)));
    IdentityRenewal renewal =
        new IdentityRenewal(
            vertx, CaService.over(bus), identity, LIFE, mesh.crypto(), clock, mesh.random());
    vertx.setPeriodic(100, tick -> renewal.tick());
    Await.result(
        vertx
            .eventBus()
            .<String>consumer("echo." + name, message -> message.reply(message.body()))
            .completion());
    return new Node(name, port, member, renewal);
  }

  /**
   * One question at a time to each of the others, again and again; and a few writes a second, more
   * than what Herald has Hazelcast do.
   */
  private void talk(Node node) {
    NAMES.stream().filter(name -> !name.equals(node.name())).forEach(to -> ask(node, to, 0));
    AsyncMap<String, Integer> map =
        Await.result(node.vertx().sharedData().<String, Integer>getClusterWideMap("kept"));
    keep(node, map, 0);
  }

  private void ask(Node node, String to, int number) {
    if (ended.get()) {
      return;
    }
    underway.incrementAndGet();
    String text = node.name() + " " + number;
    node.vertx()
        .eventBus()
        .<String>request("echo." + to, text, PATIENT)
        .onComplete(
            answer -> {
              if (answer.failed() || !text.equals(answer.result().body())) {
                failures.add(text + " to " + to + ": " + answer.cause());
              } else {
                answered.incrementAndGet();
              }
              underway.decrementAndGet();
              ask(node, to, number + 1);
            });
  }

  private void keep(Node node, AsyncMap<String, Integer> map, int number) {
    if (ended.get()) {
      return;
    }
    underway.incrementAndGet();
    String key = node.name() + " " + number % 200;
    map.put(key, number)
        .compose(done -> map.get(key))
        .onComplete(
            read -> {
              if (read.failed() || !Integer.valueOf(number).equals(read.result())) {
                failures.add(key + "=" + number + ": " + read);
              } else {
                kept.incrementAndGet();
              }
              underway.decrementAndGet();
              node.vertx().setTimer(250, next -> keep(node, map, number + 1));
            });
  }
}
