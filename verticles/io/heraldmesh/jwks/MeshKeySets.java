package io.heraldmesh.jwks;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.SharedKeysService;
import io.heraldmesh.bus.SharedKeysService.Shared;
import io.heraldmesh.bus.SharedKeysService.Wanted;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Fetches key sets once for the mesh and gives them to nodes. For the one control node that
 * distributes; whatever nodes ask, an issuer is asked no more often than {@link KeySetSettings}
 * says. Every method may be called from any thread.
 */
public final class MeshKeySets {
  private final SignedBus bus;
  private final KeySetService keys;
  private volatile SignedBus.@Nullable Registration registration;

  /**
   * @param bus signs as {@code spiffe://<td>/herald/config/<name>}
   * @throws IllegalArgumentException when the roots in {@code settings} are of no use
   */
  public MeshKeySets(
      Vertx vertx,
      SignedBus bus,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random) {
    this(vertx, bus, settings, meters, clock, random, Timers.of(vertx));
  }

  MeshKeySets(
      Vertx vertx,
      SignedBus bus,
      KeySetSettings settings,
      MeterRegistry meters,
      InstantSource clock,
      RandomGenerator random,
      Timers timers) {
    this.bus = bus;
    this.keys = KeySetService.ofMesh(vertx, settings, meters, clock, random, timers);
  }

  /** Completes once nodes are answered. */
  public Future<Void> start() {
    return SharedKeysService.serve(bus, this::get)
        .onSuccess(opened -> registration = opened)
        .mapEmpty();
  }

  /** Says which sources the policies in force name; see {@link KeySetService#watch}. */
  public void watch(Map<KeySource, Duration> sources) {
    keys.watch(sources);
  }

  /** One entry for each of them. */
  public List<KeySourceHealth> health() {
    return keys.health();
  }

  public Future<Void> close() {
    SignedBus.Registration opened = registration;
    return (opened == null ? Future.<Void>succeededFuture() : opened.close())
        .eventually(keys::close);
  }

  private Future<Shared> get(SpiffeId node, Wanted wanted) {
    if (wanted.source() instanceof KeySource.Inline) {
      return Future.failedFuture(
          new BusException(BusFailure.MALFORMED, "an inline key set is not fetched"));
    }
    return keys.offer(wanted.source(), wanted.keyMissed())
        .transform(
            done -> {
              if (done.failed()) {
                return none(String.valueOf(done.cause().getMessage()));
              }
              KeySetOffers.Offer offer = done.result();
              HeldKeys held = offer.held();
              return held == null
                  ? none(
                      offer.problem() == null ? "not fetched yet" : String.valueOf(offer.problem()))
                  : Future.succeededFuture(
                      new Shared(
                          held.fetched(),
                          held.set().digest().equals(wanted.held()) ? null : held.json(),
                          offer.problem(),
                          offer.again()));
            });
  }

  private static Future<Shared> none(String why) {
    return Future.failedFuture(new BusException(BusFailure.NOT_READY, why));
  }
}
