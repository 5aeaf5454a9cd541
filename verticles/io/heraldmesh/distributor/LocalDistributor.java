package io.heraldmesh.distributor;

import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.compile.CompiledMesh;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The distributor of a node without a control plane: compiles the node's own resources and hands
 * them on within the process, so there is no message that would have to be signed. Only what runs
 * on this node, and what the resources write down, is known. Whatever fails, what is in force
 * stays. Revisions count from 1 at each start; nobody compares them over a restart. Thread-safe.
 */
public final class LocalDistributor implements Distribution {
  private static final Logger LOG = LoggerFactory.getLogger(LocalDistributor.class);

  private final Vertx vertx;
  private final String node;
  private final MeshSource source;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final Promise<Taker> opened = Promise.promise();
  private final Promise<Void> first = Promise.promise();
  private Future<?> chain = Future.succeededFuture();
  private volatile State state = new State(null, null, List.of(), null);

  /** Who runs here and who is handed the snapshots. */
  private record Taker(
      List<MeshWorkload> workloads, Function<NodeSnapshot, Future<Void>> consumer) {}

  /**
   * @param snapshot in force under {@code revision}; null: none yet
   * @param found by the compiler, in what is in force
   * @param problem why the newest resources are not in force; null: they are
   */
  private record State(
      @Nullable Revision revision,
      @Nullable NodeSnapshot snapshot,
      List<String> found,
      @Nullable String problem) {}

  /**
   * @param node its name
   * @param source {@code new MeshCompiler(…)::compile}
   */
  public LocalDistributor(
      Vertx vertx, String node, MeshSource source, InstantSource clock, MeterRegistry registry) {
    this.vertx = vertx;
    this.node = node;
    this.source = source;
    this.clock = clock;
    this.registry = registry;
    Gauge.builder("herald_nodes", this, l -> l.now().nodes().size()).register(registry);
    Gauge.builder("herald_nodes_in_force", this, l -> l.now().inForce()).register(registry);
    Gauge.builder("herald_config_problems", this, l -> l.now().problems().size())
        .register(registry);
    registry.counter("herald_config_rejected");
  }

  /**
   * Hands snapshots to {@code consumer} from now on, one at a time.
   *
   * @param consumer puts a snapshot into force and completes when it is; when it fails, the one
   *     before must still be
   */
  public void open(
      List<AnnouncedWorkload> workloads, Function<NodeSnapshot, Future<Void>> consumer) {
    opened.complete(new Taker(AnnouncedWorkloads.of(node, workloads, false), consumer));
  }

  /** Completes once the first snapshot is in force; fails when that cannot be. */
  public Future<Void> first() {
    return first.future();
  }

  /** The revision in force; null before the first. */
  public @Nullable Revision revision() {
    return state.revision();
  }

  /** As promised there; before {@link #open}, completes after it. */
  @Override
  public Future<Revision> apply(Resources resources, @Nullable String stored) {
    if (resources.problems().hasErrors()) {
      return refused(
          new IllegalArgumentException(
              resources.problems().errors().size() + " errors in the resources"));
    }
    return inOrder(
        () ->
            opened
                .future()
                .compose(taker -> putInForce(resources, taker))
                .recover(failure -> this.<Revision>refused(failure))
                .onSuccess(revision -> first.tryComplete())
                .onFailure(first::tryFail));
  }

  @Override
  public Future<Problems> check(Resources resources) {
    return opened
        .future()
        .compose(
            taker ->
                vertx.executeBlocking(
                    () -> source.compile(resources, taker.workloads()).problems(), false));
  }

  @Override
  public Future<Void> reject(String problem) {
    return inOrder(
        () -> refused(new IllegalArgumentException(problem)).otherwiseEmpty().mapEmpty());
  }

  @Override
  public Future<MeshStatus> status() {
    return Future.succeededFuture(now());
  }

  private MeshStatus now() {
    State now = state;
    Revision revision = now.revision();
    List<String> problems = new ArrayList<>(now.found());
    if (now.problem() != null) {
      problems.add(now.problem());
    }
    return new MeshStatus(
        revision,
        null,
        revision == null
            ? List.of()
            : List.of(
                new NodeStatus(
                    node, revision, revision, true, null, clock.instant(), false, false)),
        problems);
  }

  private synchronized <T> Future<T> inOrder(Next<T> next) {
    Future<T> mine = chain.otherwiseEmpty().compose(before -> next.start());
    chain = mine;
    return mine;
  }

  private interface Next<T> {
    Future<T> start();
  }

  private Future<Revision> putInForce(Resources resources, Taker taker) {
    return vertx
        .executeBlocking(() -> source.compile(resources, taker.workloads()))
        .compose(
            mesh -> {
              NodeSnapshot snapshot = mesh.node(node);
              Revision before = state.revision();
              if (before != null && snapshot.equals(state.snapshot())) {
                return Future.succeededFuture(taken(mesh, before, snapshot));
              }
              Revision revision = new Revision(1, before == null ? 1 : before.number() + 1);
              return taker.consumer().apply(snapshot).map(v -> taken(mesh, revision, snapshot));
            });
  }

  private Revision taken(CompiledMesh mesh, Revision revision, NodeSnapshot snapshot) {
    List<String> before = state.found();
    List<String> found = mesh.problems().all().stream().map(Object::toString).toList();
    found.stream()
        .filter(problem -> !before.contains(problem))
        .forEach(problem -> LOG.warn("resources problem=\"{}\"", problem));
    state = new State(revision, snapshot, found, null);
    return revision;
  }

  private <T> Future<T> refused(Throwable failure) {
    registry.counter("herald_config_rejected").increment();
    String problem = String.valueOf(failure.getMessage());
    LOG.warn("resources not taken, the last good ones stay problem=\"{}\"", problem);
    State now = state;
    state = new State(now.revision(), now.snapshot(), now.found(), problem);
    return Future.failedFuture(failure);
  }
}
