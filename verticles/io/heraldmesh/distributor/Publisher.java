package io.heraldmesh.distributor;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.distributor.NodeRecord.Published;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every node should have: compiles the resources for the nodes that there are, and pushes what
 * comes of it. Whatever fails, what is in force stays. Lives on one event loop.
 */
final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /** After which a revision that could not be stored is tried again. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** On its way a frame is copied, so its octets are on the heap more than once. */
  private static final int PART_OF_THE_HEAP = 16;

  /** What is not answered by then holds up what waits no more. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final SignedBus bus;
  private final NodeRoll nodes;
  private final Compilation compilation;
  private final SnapshotFrames frames;
  private final KeySharing keys;
  private final BiFunction<SpiffeId, Acknowledgement, Future<Void>> acknowledged;
  private final CompileRuns runs;
  private final PushQueue pushes;
  private Set<String> stale = Set.of();
  private List<String> compilerProblems = List.of();
  private @Nullable String sourceProblem;
  private @Nullable Candidate candidate;
  private @Nullable Candidate lastGood;
  private @Nullable SignedRevision revision;

  /** Resources in the order they came. */
  private record Candidate(long number, Resources resources, @Nullable String stored) {}

  /**
   * @param nodes what is wanted of them is written here, by nobody else
   * @param settled true once the nodes that what is in force stands on are known; nothing is
   *     compiled before
   * @param acknowledged takes what a node answers to a push
   */
  Publisher(
      Vertx vertx,
      SignedBus bus,
      NodeRoll nodes,
      Compilation compilation,
      SnapshotFrames frames,
      KeySharing keys,
      BooleanSupplier settled,
      BiFunction<SpiffeId, Acknowledgement, Future<Void>> acknowledged) {
    this.vertx = vertx;
    this.bus = bus;
    this.nodes = nodes;
    this.compilation = compilation;
    this.frames = frames;
    this.keys = keys;
    this.acknowledged = acknowledged;
    this.runs = new CompileRuns(vertx, settled, this::run, new Pacing(System::nanoTime));
    long most = Runtime.getRuntime().maxMemory() / PART_OF_THE_HEAP;
    this.pushes = new PushQueue(vertx, most, PATIENCE, this::push);
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

  /** Who waits for what will not come is told that another one distributes. */
  void close() {
    pushes.close();
    runs.close(
        new StoreException(
            StoreException.Reason.TAKEN, "this node does not distribute any more, another does"));
  }

  /** What the compiler says of these resources, with the nodes as they are; changes nothing. */
  Future<Problems> check(Resources resources) {
    List<MeshWorkload> workloads = workloads();
    return vertx.executeBlocking(() -> compilation.check(resources, workloads), false);
  }

  private List<MeshWorkload> workloads() {
    return nodes.all().stream().flatMap(node -> node.meshWorkloads().stream()).toList();
  }

  /** Resources came that cannot be taken; shown until there are others. */
  void problem(String text) {
    LOG.warn("resources not taken, the last good ones stay problem=\"{}\"", text);
    sourceProblem = text;
  }

  /** The nodes are not those of before: compiles again, once there is something to compile. */
  void nodesChanged() {
    if (candidate != null) {
      runs.ask(false);
    }
  }

  /** Keeps the authority's word for what is in force fresh; to be called now and then. */
  void refresh() {
    if (revision != null) {
      frames.refresh(revision.revision().epoch());
    }
  }

  /** What proves that the node should have what it is to have; null: not ready yet. */
  @Nullable SignedRevision proof(NodeRecord node) {
    Published wanted = node.wanted();
    SignedRevision now = revision;
    return wanted != null && now != null && Objects.equals(wanted.digest(), now.digest(node.id()))
        ? now
        : null;
  }

  /** The newest; null: nothing was published yet. */
  @Nullable Revision number() {
    return revision == null ? null : revision.revision();
  }

  /** Which of the stored resources are in force; null: none, or they are not stored. */
  @Nullable String stored() {
    return lastGood == null ? null : lastGood.stored();
  }

  /** True: some service has no endpoint but those of silent nodes, of which this is one. */
  boolean isStale(String node) {
    return stale.contains(node);
  }

  /** What is wrong with the resources. */
  List<String> problems() {
    List<String> problems = new ArrayList<>(compilerProblems);
    if (sourceProblem != null) {
      problems.add(sourceProblem);
    }
    return problems;
  }

  private Future<Revision> run() {
    Candidate taken = candidate;
    if (taken == null) {
      return Future.failedFuture(new IllegalStateException("no resources were ever good"));
    }
    Map<String, Compilation.Node> known = new HashMap<>();
    nodes
        .all()
        .forEach(node -> known.put(node.name(), new Compilation.Node(node.wanted(), level(node))));
    Compilation.Input input = new Compilation.Input(taken.resources(), workloads(), known);
    return vertx
        .executeBlocking(() -> compilation.run(input))
        .compose(this::prepared)
        .map(
            output -> {
              lastGood = taken;
              publish(output);
              return number();
            })
        .onFailure(e -> notCompiled(taken, e));
  }

  /** What a node knows beyond what is written here makes no snapshot of its own. */
  private static int level(NodeRecord node) {
    return Math.min(node.announcement().schemaLevel(), SchemaLevel.NEWEST);
  }

  private Future<Compilation.Output> prepared(Compilation.Output output) {
    SignedRevision fresh = output.revision();
    return fresh == null ? Future.succeededFuture(output) : frames.prepare(fresh).map(output);
  }

  /** What nodes announce from now on is again compiled with the resources that were good. */
  private void notCompiled(Candidate taken, Throwable cause) {
    LOG.error("not compiled, what is in force stays", cause);
    if (cause instanceof StoreException failure && failure.mayPass()) {
      vertx.setTimer(AGAIN.toMillis(), id -> nodesChanged());
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
    if (fresh == null) {
      return;
    }
    revision = fresh;
    LOG.info("revision={} nodes={} of {}", fresh.revision(), output.changed().size(), nodes.size());
    output.changed().forEach((name, snapshot) -> publish(fresh, nodes.get(name), snapshot));
    nodes.reached(fresh.revision());
  }

  private void publish(SignedRevision fresh, @Nullable NodeRecord node, Published snapshot) {
    if (node != null) {
      nodes.put(node.wanting(snapshot));
      pushes.put(node.id(), frames.push(fresh, node, snapshot.snapshot()));
    }
  }

  private Future<Void> push(SpiffeId node, SnapshotFrame frame) {
    return SnapshotPush.push(bus, node, frame)
        .compose(acknowledgement -> acknowledged.apply(node, acknowledgement))
        .onFailure(
            e -> LOG.info("push failed, the node will ask node={} {}", node, e.getMessage()));
  }
}
