package io.heraldmesh.distributor;

import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Owns the life of the distributor and its place on the bus. Resources come in by {@link #apply},
 * from whatever source; nodes come in over the bus.
 */
public final class DistributorVerticle extends VerticleBase implements Distribution {
  private static final long LOOK_FOR_SILENT_NODES_MILLIS = 5_000;

  private final SignedBus bus;
  private final RegistrationSource registrations;
  private final MeshSource source;
  private final Ledger ledger;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final Duration settle;
  private final KeySharing keys;
  private final List<Gauge> gauges = new ArrayList<>();
  private volatile Distributor.Figures figures = new Distributor.Figures(0, 0, 0);
  private @Nullable Distributor distributor;
  private SignedBus.@Nullable Registration registration;

  /**
   * @param bus signs as {@code spiffe://<td>/herald/config/<name>}
   * @param registrations asked anew for each announcement, and looked up before one is refused
   * @param source {@code new MeshCompiler(…)::compile}
   */
  public DistributorVerticle(
      SignedBus bus,
      RegistrationSource registrations,
      MeshSource source,
      Ledger ledger,
      InstantSource clock,
      MeterRegistry registry) {
    this(bus, registrations, source, ledger, clock, registry, Duration.ZERO, KeySharing.NONE);
  }

  /**
   * As above, in place of one elsewhere.
   *
   * @param settle how long nothing is compiled unless all registered nodes are heard of, where the
   *     one before left no word of any node
   * @param keys started and closed with this verticle
   */
  public DistributorVerticle(
      SignedBus bus,
      RegistrationSource registrations,
      MeshSource source,
      Ledger ledger,
      InstantSource clock,
      MeterRegistry registry,
      Duration settle,
      KeySharing keys) {
    this.bus = bus;
    this.registrations = registrations;
    this.source = source;
    this.ledger = ledger;
    this.clock = clock;
    this.registry = registry;
    this.settle = settle;
    this.keys = keys;
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init(vertx, context);
    distributor = new Distributor(vertx, bus, registrations, source, ledger, clock, settle, keys);
    gauge("herald_nodes", v -> v.figures.nodes());
    gauge("herald_nodes_in_force", v -> v.figures.inForce());
    gauge("herald_config_problems", v -> v.figures.problems());
    registry.counter("herald_config_rejected");
  }

  private void gauge(String name, ToDoubleFunction<DistributorVerticle> value) {
    gauges.add(Gauge.builder(name, this, value).register(registry));
  }

  /** Completes once what the one before was told is read, and nodes are answered. */
  @Override
  public Future<?> start() {
    vertx.setPeriodic(LOOK_FOR_SILENT_NODES_MILLIS, id -> tick());
    vertx.setPeriodic(500, id -> figures = distributor().figures());
    return distributor()
        .remember()
        .compose(known -> keys.start())
        .compose(started -> DistributorService.serve(bus, distributor()))
        .onSuccess(r -> registration = r);
  }

  @Override
  public Future<?> stop() {
    // Another one in this process may follow.
    gauges.forEach(registry::remove);
    distributor().close();
    return (registration == null ? Future.<Void>succeededFuture() : registration.close())
        .eventually(keys::close);
  }

  /**
   * Completes when every node's snapshot was made and those that changed are on their way. To be
   * called after deployment.
   */
  @Override
  public Future<Revision> apply(Resources resources, @Nullable String stored) {
    return onContext(
        () ->
            distributor()
                .apply(resources, stored)
                .onFailure(e -> registry.counter("herald_config_rejected").increment()));
  }

  @Override
  public Future<Problems> check(Resources resources) {
    return onContext(() -> distributor().check(resources));
  }

  /** Forgets a node that is not to be counted any more; it comes back when it announces itself. */
  @Override
  public Future<Void> forget(String node) {
    return onContext(() -> distributor().forget(node));
  }

  @Override
  public Future<Void> reject(String problem) {
    return onContext(
        () -> {
          registry.counter("herald_config_rejected").increment();
          distributor().problem(problem);
          return Future.succeededFuture();
        });
  }

  /**
   * Completes once every node that is not silent has acknowledged what it should have under this
   * revision or a later one. Any thread.
   */
  public Future<Void> inForce(Revision revision) {
    return onContext(() -> distributor().inForce(revision));
  }

  @Override
  public Future<MeshStatus> status() {
    return onContext(() -> Future.succeededFuture(distributor().status()));
  }

  @Override
  public Future<ReportsPage> reports(@Nullable String after) {
    return onContext(() -> Future.succeededFuture(distributor().reports(after)));
  }

  @Override
  public Future<SharedKeySets> keySets() {
    return onContext(() -> Future.succeededFuture(distributor().keySets()));
  }

  /** Looks for nodes that were not heard of for 30 s; a timer calls it every 5 s. */
  void tick() {
    context.runOnContext(v -> distributor().tick());
  }

  private Distributor distributor() {
    Distributor deployed = distributor;
    if (deployed == null) {
      throw new IllegalStateException("not deployed");
    }
    return deployed;
  }

  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(v -> work.get().onComplete(promise));
    return promise.future();
  }
}
