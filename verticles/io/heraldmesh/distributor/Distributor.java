package io.heraldmesh.distributor;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.distributor.NodeRecord.Published;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes say to the distributor and ask it: {@link Presence} has who is there, {@link
 * Publisher} what each should have. Lives on one event loop: {@link DistributorVerticle}'s.
 */
final class Distributor implements DistributorService.Server {
  private static final Logger LOG = LoggerFactory.getLogger(Distributor.class);

  private final SignedBus bus;
  private final Registered registered;
  private final InstantSource clock;
  private final KeySharing keys;
  private final NodeRoll nodes = new NodeRoll();
  private final UsedReports reports = new UsedReports();
  private final SnapshotFrames frames;
  private final Publisher publisher;
  private final Presence presence;

  Distributor(
      Vertx vertx,
      SignedBus bus,
      RegistrationSource registrations,
      MeshSource source,
      Ledger ledger,
      InstantSource clock,
      Duration settle,
      KeySharing keys) {
    this.bus = bus;
    this.registered = new Registered(vertx, registrations);
    this.clock = clock;
    this.keys = keys;
    this.frames = new SnapshotFrames(vertx, bus, new Epochs(CaService.over(bus), clock));
    this.publisher =
        new Publisher(
            vertx,
            bus,
            nodes,
            new Compilation(bus, source, ledger),
            frames,
            keys,
            this::settled,
            this::acknowledge);
    this.presence =
        new Presence(
            bus.self().trustDomain(),
            nodes,
            registered,
            new NodeMemory(vertx, ledger),
            clock,
            settle,
            new AnnouncementLimit(System::nanoTime),
            publisher::nodesChanged);
  }

  private boolean settled() {
    return presence.settled();
  }

  /** See {@link Presence#remember}. */
  Future<Void> remember() {
    return presence.remember();
  }

  /** See {@link DistributorVerticle#apply}. */
  Future<Revision> apply(Resources accepted, @Nullable String stored) {
    return publisher.apply(accepted, stored);
  }

  Future<Problems> check(Resources resources) {
    return publisher.check(resources);
  }

  void problem(String text) {
    publisher.problem(text);
  }

  /** See {@link Publisher#close}. */
  void close() {
    publisher.close();
  }

  Future<Void> forget(String name) {
    reports.forget(name);
    return presence.forget(name);
  }

  /** See {@link DistributorVerticle#inForce}. */
  Future<Void> inForce(Revision wanted) {
    return nodes.inForce(wanted);
  }

  /**
   * Looks for nodes that were not heard of, may not run what they run or were deleted at another
   * control node, and after the epoch; a timer calls it.
   */
  void tick() {
    publisher.refresh();
    presence.look().forEach(reports::forget);
    reports.sweep(clock.instant(), registered.now().byNode().keySet());
  }

  @Override
  public Future<Void> announce(SpiffeId node, Announcement announcement) {
    return presence.announce(node, announcement);
  }

  @Override
  public Future<Long> lastSequence(SpiffeId node) {
    return Future.succeededFuture(nodes.sequence(node.herald().orElseThrow().name()));
  }

  @Override
  public Future<Void> withdraw(SpiffeId node, long sequence) {
    return presence.withdraw(node, sequence);
  }

  @Override
  public Future<DistributorService.Fetched> fetch(SpiffeId node, @Nullable ByteString held) {
    NodeRecord known = presence.seen(node);
    if (known == null || !known.contact().heard()) {
      return Future.failedFuture(new BusException(BusFailure.UNKNOWN_NODE, "announce first"));
    }
    Published wanted = known.wanted();
    SignedRevision proof = publisher.proof(known);
    if (wanted == null || proof == null) {
      return Future.failedFuture(new BusException(BusFailure.NOT_READY, "no snapshot yet"));
    }
    boolean has = held != null && held.equals(wanted.digest());
    if (has && !known.inForce()) {
      // What a node holds is in force there: its acknowledgement was lost.
      nodes.put(known.acknowledging(new Acknowledgement(wanted.revision(), wanted.digest(), null)));
    }
    return frames
        .answer(proof, node, has ? null : wanted.snapshot().over(null))
        .map(frame -> new DistributorService.Fetched(ByteString.of(frame.toBytes())));
  }

  @Override
  public Future<Void> acknowledge(SpiffeId node, Acknowledgement said) {
    Acknowledgement acknowledgement =
        new Acknowledgement(said.revision(), said.digest(), NodeText.mendedOrNull(said.refusal()));
    NodeRecord known = presence.seen(node);
    if (known == null) {
      return Future.failedFuture(new BusException(BusFailure.UNKNOWN_NODE, "announce first"));
    }
    if (acknowledgement.refusal() != null) {
      LOG.error(
          "node refused a snapshot node={} revision={} reason=\"{}\"",
          known.name(),
          acknowledgement.revision(),
          acknowledgement.refusal());
    }
    Acknowledgement last = known.acknowledged();
    if (last == null || !last.revision().isAfter(acknowledgement.revision())) {
      nodes.put(known.acknowledging(acknowledgement));
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<MeshStatus> status(SpiffeId caller) {
    return Future.succeededFuture(status());
  }

  @Override
  public Future<Void> report(SpiffeId node, UsedReport report) {
    String name = node.herald().orElseThrow().name();
    boolean controls = node.herald().orElseThrow().role() == HeraldRole.CONFIG;
    return registered
        .of(name, now -> controls || now.byNode().containsKey(name))
        .compose(
            now ->
                controls || now.byNode().containsKey(name)
                    ? taken(node, name, report)
                    : Future.failedFuture(
                        new BusException(
                            BusFailure.NOT_REGISTERED, "nothing is registered for " + node)));
  }

  private Future<Void> taken(SpiffeId node, String name, UsedReport report) {
    nodes.spoke(name, clock.instant());
    return reports.take(node, report, clock.instant());
  }

  @Override
  public Future<ReportsPage> reports(SpiffeId caller, @Nullable String after) {
    return Future.succeededFuture(reports(after));
  }

  ReportsPage reports(@Nullable String after) {
    return reports.page(after);
  }

  @Override
  public Future<SharedKeySets> keySets(SpiffeId caller) {
    return Future.succeededFuture(keySets());
  }

  SharedKeySets keySets() {
    return new SharedKeySets(bus.self().herald().orElseThrow().name(), keys.freshness());
  }

  MeshStatus status() {
    List<NodeStatus> statuses =
        nodes.all().stream()
            .map(node -> node.status(publisher.isStale(node.name())))
            .filter(Objects::nonNull)
            .toList();
    List<String> problems = problems();
    problems.addAll(reports.exposed(clock.instant()));
    return new MeshStatus(publisher.number(), publisher.stored(), statuses, nodes.left(), problems);
  }

  /** Why something is not in force. */
  private List<String> problems() {
    List<String> problems = new ArrayList<>(presence.refusals());
    problems.addAll(publisher.problems());
    return problems;
  }

  /** How many nodes there are in the status, how many of them are in force, and what is wrong. */
  record Figures(int nodes, int inForce, int problems) {}

  Figures figures() {
    return new Figures(nodes.published(), nodes.inForce(), problems().size());
  }
}
