package io.heraldmesh.distributor;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.distributor.NodeRecord.Published;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.Announced;
import io.heraldmesh.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every node should have and what it said it has. Lives on one event loop: {@link
 * DistributorVerticle}'s. Whatever fails, what is in force stays.
 */
final class Distributor implements DistributorService.Server {
  private static final Logger LOG = LoggerFactory.getLogger(Distributor.class);

  /** After which a revision that could not be stored is tried again. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final SignedBus bus;
  private final Registered registered;
  private final Compilation compilation;
  private final NodeMemory memory;
  private final Epochs epochs;
  private final InstantSource clock;
  private final KeySharing keys;
  private final NodeRoll nodes = new NodeRoll();
  private final UsedReports reports = new UsedReports();
  private final CompileRuns runs;
  private final Map<String, String> refusals = new TreeMap<>();

  /** Nodes whose last announcement is not on disk yet. */
  private final Set<String> unkept = new HashSet<>();

  private Set<String> stale = Set.of();
  private List<String> compilerProblems = List.of();
  private @Nullable String sourceProblem;
  private @Nullable Candidate candidate;
  private @Nullable Candidate lastGood;
  private @Nullable SignedRevision revision;
  private final long settledAt;
  private boolean settled;

  /** Resources in the order they came. */
  private record Candidate(long number, Resources resources, @Nullable String stored) {}

  Distributor(
      Vertx vertx,
      SignedBus bus,
      RegistrationSource registrations,
      MeshSource source,
      Ledger ledger,
      InstantSource clock,
      Duration settle,
      KeySharing keys) {
    this.vertx = vertx;
    this.bus = bus;
    this.registered = new Registered(vertx, registrations);
    this.compilation = new Compilation(bus, source, ledger);
    this.runs = new CompileRuns(vertx, this::settled, this::run);
    this.memory = new NodeMemory(vertx, ledger);
    this.epochs = new Epochs(CaService.over(bus), clock);
    this.clock = clock;
    this.keys = keys;
    this.settledAt = System.nanoTime() + settle.toNanos();
    this.settled = settle.isZero();
  }

  /**
   * Takes the nodes of whoever distributed before as they were: that they have not spoken yet is no
   * reason to send their callers away.
   */
  Future<Void> remember() {
    return memory.read().onSuccess(all -> all.forEach(this::remember)).mapEmpty();
  }

  private void remember(Announced announced) {
    // Whoever left says so there, so there is nobody to wait for.
    settled = true;
    Optional<Announcement> said = NodeMemory.announcement(announced);
    SpiffeId id = SpiffeId.herald(bus.self().trustDomain(), HeraldRole.NODE, announced.node());
    NodeRecord node =
        said.map(a -> NodeRecord.remembered(id, a, announced.lostAt() != null, clock.instant()))
            .filter(this::mayRun)
            .orElse(null);
    if (node == null) {
      nodes.remove(announced.node(), announced.sequence());
    } else {
      nodes.put(node);
    }
  }

  /** See {@link DistributorVerticle#apply}. */
  Future<Revision> apply(Resources accepted, @Nullable String stored) {
    if (accepted.problems().hasErrors()) {
      problem(accepted.problems().errors().size() + " errors in the resources");
      return Future.failedFuture(
          new IllegalArgumentException("resources with errors are not put into force"));
    }
    sourceProblem = null;
    candidate = new Candidate(candidate == null ? 1 : candidate.number() + 1, accepted, stored);
    return runs.ask(true);
  }

  Future<Problems> check(Resources resources) {
    List<MeshWorkload> workloads = workloads();
    return vertx.executeBlocking(() -> compilation.check(resources, workloads), false);
  }

  private List<MeshWorkload> workloads() {
    return nodes.all().stream().flatMap(node -> node.meshWorkloads().stream()).toList();
  }

  Future<Void> forget(String name) {
    reports.forget(name);
    NodeRecord known = nodes.get(name);
    if (known == null) {
      return Future.succeededFuture();
    }
    gone(known, known.sequence());
    LOG.info("node forgotten node={}", name);
    return memory.forget(name);
  }

  /** What it announced counts no more, and does not come back by a message from before. */
  private void gone(NodeRecord node, long sequence) {
    nodes.remove(node.name(), sequence);
    unkept.remove(node.name());
    compileIfReady();
  }

  void problem(String text) {
    LOG.warn("resources not taken, the last good ones stay problem=\"{}\"", text);
    sourceProblem = text;
  }

  /** See {@link DistributorVerticle#inForce}. */
  Future<Void> inForce(Revision wanted) {
    return nodes.inForce(wanted);
  }

  @Override
  public Future<Void> announce(SpiffeId node, Announcement announcement) {
    String name = node.herald().orElseThrow().name();
    return registered
        .of(name, now -> Registered.refusal(now, name, announcement).isEmpty())
        .compose(
            now ->
                Registered.refusal(now, name, announcement)
                    .map(text -> this.<Void>notRegistered(name, text))
                    .orElseGet(() -> taken(node, announcement)));
  }

  private <T> Future<T> notRegistered(String name, String text) {
    LOG.warn("announcement refused problem=\"{}\"", text);
    refusals.put(name, text);
    return Future.failedFuture(new BusException(BusFailure.NOT_REGISTERED, text));
  }

  private Future<Void> taken(SpiffeId node, Announcement announcement) {
    String name = node.herald().orElseThrow().name();
    NodeRecord known = nodes.get(name);
    if (announcement.sequence() <= nodes.sequence(name)) {
      return Future.failedFuture(
          new BusException(BusFailure.REPLAYED, "a later announcement came before"));
    }
    refusals.remove(name);
    Instant now = clock.instant();
    NodeRecord said =
        known == null
            ? NodeRecord.announced(node, announcement, now)
            : known.announcing(announcement, now);
    nodes.put(said);
    LOG.info("node announced node={} workloads={}", name, announcement.workloads().size());
    compileIfReady();
    boolean kept =
        known != null
            && !known.silent()
            && !unkept.contains(name)
            && known.announcement().schemaLevel() == announcement.schemaLevel()
            && known.announcement().workloads().equals(announcement.workloads());
    return kept ? Future.succeededFuture() : keep(said);
  }

  /** Fails when it is not on disk; the node then says it again. */
  private Future<Void> keep(NodeRecord node) {
    unkept.add(node.name());
    return memory
        .present(node.name(), node.announcement(), node.silent() ? node.contact().since() : null)
        .onSuccess(done -> unkept.remove(node.name()))
        .onFailure(e -> LOG.warn("node not kept node={} {}", node.name(), e.getMessage()));
  }

  @Override
  public Future<Void> withdraw(SpiffeId node, long sequence) {
    String name = node.herald().orElseThrow().name();
    NodeRecord known = nodes.get(name);
    if (known == null || sequence <= known.sequence()) {
      return Future.succeededFuture();
    }
    gone(known, sequence);
    LOG.info("node withdrew node={}", name);
    return memory.left(name, sequence);
  }

  @Override
  public Future<DistributorService.Fetched> fetch(SpiffeId node, @Nullable ByteString held) {
    NodeRecord known = seen(node);
    if (known == null || !known.contact().heard()) {
      return Future.failedFuture(new BusException(BusFailure.UNKNOWN_NODE, "announce first"));
    }
    Published wanted = known.wanted();
    SignedRevision now = revision;
    if (wanted == null || now == null || !Objects.equals(wanted.digest(), now.digest(node))) {
      return Future.failedFuture(new BusException(BusFailure.NOT_READY, "no snapshot yet"));
    }
    boolean has = held != null && held.equals(wanted.digest());
    if (has && !known.inForce()) {
      // What a node holds is in force there: its acknowledgement was lost.
      nodes.put(known.acknowledging(new Acknowledgement(wanted.revision(), wanted.digest(), null)));
    }
    return frame(now, node, has ? null : wanted.snapshot().over(null))
        .map(frame -> new DistributorService.Fetched(ByteString.of(frame.toBytes())));
  }

  /** On this event loop, unless the revision is to be signed anew: the identity was renewed. */
  private Future<SnapshotFrame> frame(
      SignedRevision of, SpiffeId node, @Nullable SnapshotContent content) {
    long number = of.revision().epoch();
    return (epochs.of(number) == null
            ? epochs.refresh(number).map(asked -> epochs.of(number))
            : Future.succeededFuture(epochs.of(number)))
        .compose(
            epoch ->
                of.isSigned(bus)
                    ? Future.succeededFuture(of.frame(bus, epoch, node, content))
                    : vertx.executeBlocking(() -> of.frame(bus, epoch, node, content), false));
  }

  @Override
  public Future<Void> acknowledge(SpiffeId node, Acknowledgement acknowledgement) {
    NodeRecord known = seen(node);
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
                    ? reports.take(node, report, clock.instant())
                    : Future.failedFuture(
                        new BusException(
                            BusFailure.NOT_REGISTERED, "nothing is registered for " + node)));
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
            .map(node -> node.status(stale.contains(node.name())))
            .filter(Objects::nonNull)
            .toList();
    return new MeshStatus(
        number(), lastGood == null ? null : lastGood.stored(), statuses, problems());
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>(refusals.values());
    problems.addAll(compilerProblems);
    if (sourceProblem != null) {
      problems.add(sourceProblem);
    }
    return problems;
  }

  /** How many nodes there are in the status, how many of them are in force, and what is wrong. */
  record Figures(int nodes, int inForce, int problems) {}

  Figures figures() {
    return new Figures(nodes.published(), nodes.inForce(), problems().size());
  }

  private @Nullable Revision number() {
    return revision == null ? null : revision.revision();
  }

  /**
   * Looks for nodes that were not heard of or may not run what they run, and after the epoch; a
   * timer calls it.
   */
  void tick() {
    if (revision != null) {
      epochs.refresh(revision.revision().epoch());
    }
    Instant now = clock.instant();
    reports.sweep(now);
    boolean changed = false;
    for (NodeRecord node : List.copyOf(nodes.all())) {
      if (!mayRun(node)) {
        LOG.warn("node has lost a registration, it has to announce again node={}", node.name());
        lostRegistration(node);
      } else if (node.contact().isOver(now)) {
        LOG.warn("node is silent node={} since={}", node.name(), node.contact().since());
        NodeRecord silent = node.goneSilent();
        nodes.put(silent);
        keep(silent);
        changed = true;
      }
    }
    if (changed) {
      compileIfReady();
    }
  }

  private void lostRegistration(NodeRecord node) {
    gone(node, node.sequence());
    reports.forget(node.name());
    Future<Void> kept =
        registered.now().byNode().containsKey(node.name())
            ? memory.left(node.name(), node.sequence())
            : memory.forget(node.name());
    kept.onFailure(e -> LOG.warn("node not forgotten node={} {}", node.name(), e.getMessage()));
  }

  /** False: something that it announced was taken back since, here or at another control node. */
  private boolean mayRun(NodeRecord node) {
    return Registered.refusal(registered.now(), node.name(), node.announcement()).isEmpty();
  }

  private @Nullable NodeRecord seen(SpiffeId node) {
    NodeRecord known = nodes.get(node.herald().orElseThrow().name());
    if (known == null) {
      return null;
    }
    NodeRecord seen = known.seen(clock.instant());
    nodes.put(seen);
    if (known.silent()) {
      LOG.info("node is back node={}", seen.name());
      keep(seen);
      compileIfReady();
    }
    return seen;
  }

  private void compileIfReady() {
    if (candidate != null) {
      runs.ask(false);
    }
  }

  /**
   * What is in force stays until the nodes that it stands on are known again; whoever distributed
   * before leaves word of them, unless the database is new.
   */
  private boolean settled() {
    settled =
        settled
            || System.nanoTime() - settledAt >= 0
            || nodes.knows(registered.now().byNode().keySet());
    return settled;
  }

  private Future<Revision> run() {
    Candidate taken = candidate;
    if (taken == null) {
      return Future.failedFuture(new IllegalStateException("no resources were ever good"));
    }
    Map<String, Compilation.Node> known = new HashMap<>();
    nodes
        .all()
        .forEach(
            node ->
                known.put(
                    node.name(),
                    new Compilation.Node(node.wanted(), node.announcement().schemaLevel())));
    Compilation.Input input = new Compilation.Input(taken.resources(), workloads(), known);
    return vertx
        .executeBlocking(() -> compilation.run(input))
        .compose(this::withEpoch)
        .map(
            output -> {
              lastGood = taken;
              publish(output);
              return number();
            })
        .onFailure(e -> notCompiled(taken, e));
  }

  /** Nodes follow a new epoch only with the authority's word for it. */
  private Future<Compilation.Output> withEpoch(Compilation.Output output) {
    SignedRevision fresh = output.revision();
    return fresh == null || epochs.of(fresh.revision().epoch()) != null
        ? Future.succeededFuture(output)
        : epochs.refresh(fresh.revision().epoch()).map(output);
  }

  /** What nodes announce from now on is again compiled with the resources that were good. */
  private void notCompiled(Candidate taken, Throwable cause) {
    LOG.error("not compiled, what is in force stays", cause);
    if (cause instanceof StoreException failure && failure.mayPass()) {
      vertx.setTimer(AGAIN.toMillis(), id -> compileIfReady());
    }
    String text = "the compiler failed: " + cause;
    if (lastGood != null && lastGood.number() == taken.number()) {
      compilerProblems = List.of(text);
    } else {
      sourceProblem = text;
      if (candidate != null && candidate.number() == taken.number()) {
        candidate = lastGood;
      }
    }
  }

  private void publish(Compilation.Output output) {
    output.problems().stream()
        .filter(problem -> !compilerProblems.contains(problem))
        .forEach(problem -> LOG.warn("resources problem=\"{}\"", problem));
    compilerProblems = output.problems();
    stale = output.stale();
    keys.watch(output.keys()); // before a node can ask for one
    SignedRevision fresh = output.revision();
    ByteString epoch = fresh == null ? null : epochs.of(fresh.revision().epoch());
    if (fresh != null) {
      revision = fresh;
      LOG.info(
          "revision={} nodes={} of {}", fresh.revision(), output.changed().size(), nodes.size());
    }
    output
        .changed()
        .forEach(
            (name, snapshot) -> {
              NodeRecord node = nodes.get(name);
              if (node != null && fresh != null) {
                nodes.put(node.wanting(snapshot));
                push(node.id(), frame(fresh, epoch, node, snapshot.snapshot()));
              }
            });
    if (fresh != null) {
      nodes.reached(fresh.revision());
    }
  }

  /**
   * A node whose snapshot of before is in force needs the part that changed. So does one that is in
   * the epoch not need the authority's word for it.
   *
   * @param node as it was before
   */
  private SnapshotFrame frame(
      SignedRevision fresh, @Nullable ByteString epoch, NodeRecord node, EncodedSnapshot snapshot) {
    Published before = node.confirmed();
    boolean within = before != null && before.revision().epoch() == fresh.revision().epoch();
    return fresh.frame(
        bus,
        within ? null : epoch,
        node.id(),
        snapshot.over(before == null ? null : before.snapshot()));
  }

  private void push(SpiffeId node, SnapshotFrame frame) {
    SnapshotPush.push(bus, node, frame)
        .compose(acknowledgement -> acknowledge(node, acknowledgement))
        .onFailure(
            e -> LOG.info("push failed, the node will ask node={} {}", node, e.getMessage()));
  }
}
