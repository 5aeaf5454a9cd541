package io.heraldmesh.proxy;

import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The proxy of one node: opens its listeners, announces what runs behind them, and puts into force
 * what the distributor sends. It owns the life of these parts; the thinking is theirs.
 */
public final class ProxyVerticle extends VerticleBase {
  /** How long a changed snapshot waits for key sets it names for the first time. */
  private static final Duration KEYS_WITHIN = Duration.ofMillis(500);

  /** The same for the first snapshot: nothing is served before it, so there is time. */
  private static final Duration FIRST_KEYS_WITHIN = Duration.ofSeconds(6);

  private static final long LOOK_AGAIN_MILLIS = 10;

  /** How long a node that serves waits to be among the endpoints of its own services. */
  private static final Duration LISTED_WITHIN = Duration.ofSeconds(1);

  /** How long saying good-bye to the distributor may take. */
  private static final Duration WITHDRAW_WITHIN = Duration.ofSeconds(1);

  private final ProxySettings settings;
  private final DataPath path;
  private final KeySetService keys;
  private final PolicySource.Opening policies;
  private final Duration drain;
  private final Promise<List<Bound>> opened = Promise.promise();
  private final Promise<Void> listed = Promise.promise();
  private @Nullable PolicySource source;

  /** Whoever hands on snapshots does so one at a time. */
  private volatile Map<KeySource, Duration> keysInForce = Map.of();

  /**
   * @param policies where its snapshots come from
   * @param drain how long running requests may take to finish when it is undeployed
   */
  public ProxyVerticle(
      ProxySettings settings,
      DataPath path,
      KeySetService keys,
      PolicySource.Opening policies,
      Duration drain) {
    this.settings = settings;
    this.path = path;
    this.keys = keys;
    this.policies = policies;
    this.drain = drain;
  }

  /** Completes once every listener is open, which is before anything may pass. */
  public Future<List<Bound>> opened() {
    return opened.future();
  }

  /** The revision in force; null before the first. Any thread. */
  public @Nullable Revision revision() {
    PolicySource started = source;
    return started == null ? null : started.revision();
  }

  /** See {@link PolicySource#refusal}. Any thread. */
  public @Nullable String refusal() {
    PolicySource started = source;
    return started == null ? null : started.refusal();
  }

  /** Completes once requests can pass: policy is in force and every workload has its leaf. */
  @Override
  public Future<?> start() {
    Future<Integer> warm = path.warmUp();
    // what is thrown is a failure of the start, too
    return Future.<Void>succeededFuture()
        .compose(now -> path.open())
        .onComplete(opened)
        .compose(this::subscribe)
        .compose(first -> inForce())
        .compose(now -> warm)
        .onSuccess(now -> path.begin())
        .compose(now -> announceReady());
  }

  @Override
  public Future<?> stop() {
    PolicySource started = source;
    if (started == null) {
      return path.drain(Duration.ZERO);
    }
    // at sockets that somebody else keeps, callers wait for the next process rather than find
    // nobody
    return (settings.keptOpen()
            ? Future.<Void>succeededFuture()
            : BoundedWait.within(vertx, WITHDRAW_WITHIN, started.withdraw()))
        .compose(done -> path.drain(drain))
        .eventually(started::close);
  }

  private Future<Void> subscribe(List<Bound> bounds) {
    PolicySource starting = policies.open(vertx, announced(bounds), this::putInForce);
    source = starting;
    return starting.start().compose(listening -> starting.first());
  }

  /** TLS contexts are built beside the event loops, so a leaf that came is not at once in use. */
  private Future<Void> inForce() {
    return new Lookout(look -> vertx.setTimer(LOOK_AGAIN_MILLIS, id -> look.run()))
        .until(path::inForce);
  }

  /**
   * Others call what runs here from now on, and so do its neighbours, which this node serves too:
   * it is ready when they can, unless that takes too long.
   */
  private Future<Void> announceReady() {
    return BoundedWait.within(
        vertx, LISTED_WITHIN, Objects.requireNonNull(source).ready().eventually(listed::future));
  }

  /** Whether no service that something here stands behind is without an endpoint. */
  private boolean lists(NodeSnapshot snapshot) {
    Set<SpiffeId> own =
        settings.workloads().stream()
            .filter(workload -> !workload.ports().isEmpty())
            .map(workload -> workload.identity(settings.trustDomain()))
            .collect(Collectors.toUnmodifiableSet());
    return snapshot.destinations().stream()
        .filter(called -> called.endpoints().isEmpty())
        .allMatch(called -> Collections.disjoint(called.identities(), own));
  }

  /**
   * Key sets and files first, so that a new rule does not answer 503 while they are read. Until the
   * snapshot is in force, the one before needs its own, too.
   */
  private Future<Void> putInForce(NodeSnapshot snapshot) {
    Map<KeySource, Duration> coming = snapshot.keySources();
    Map<KeySource, Duration> both = new HashMap<>(keysInForce);
    both.putAll(coming);
    return BoundedWait.within(
            vertx, revision() == null ? FIRST_KEYS_WITHIN : KEYS_WITHIN, keys.watch(both))
        .compose(tried -> path.prepare(snapshot))
        .compose(tried -> apply(snapshot))
        .onSuccess(
            applied -> {
              keysInForce = coming;
              if (lists(snapshot)) {
                listed.tryComplete();
              }
            })
        .onComplete(done -> keys.watch(keysInForce));
  }

  /** Beside the event loops: compiling thousands of rules takes longer than a request may wait. */
  private Future<Void> apply(NodeSnapshot snapshot) {
    return vertx.executeBlocking(
        () -> {
          path.apply(snapshot);
          return null;
        });
  }

  /**
   * No endpoint yet, unless its sockets are those of a process before it: who calls there waits for
   * this one. What nobody calls need not be announced again to become one.
   */
  private List<AnnouncedWorkload> announced(List<Bound> bounds) {
    return settings.workloads().stream()
        .map(
            workload ->
                new Announcement.AnnouncedWorkload(
                    workload.workload().namespace(),
                    workload.workload().name(),
                    workload.serviceAccount(),
                    workload.labels(),
                    workload.ports().stream().map(port -> port(workload, port, bounds)).toList(),
                    workload.ports().isEmpty() || settings.keptOpen()))
        .toList();
  }

  private static AnnouncedPort port(
      WorkloadSettings workload, InboundPort port, List<Bound> bounds) {
    HostPort advertise = port.advertise();
    return new AnnouncedPort(
        port.name(),
        port.port(),
        port.protocol(),
        withoutZone(advertise == null ? port.listen().address().host() : advertise.host()),
        advertise == null || advertise.port() == 0
            ? bound(workload, port, bounds)
            : advertise.port());
  }

  /** A zone means something on this machine alone. */
  private static String withoutZone(String host) {
    int zone = host.indexOf('%');
    return zone < 0 ? host : host.substring(0, zone);
  }

  private static int bound(WorkloadSettings workload, InboundPort port, List<Bound> bounds) {
    return bounds.stream()
        .filter(b -> b.what().equals("inbound") && b.port() == port.port())
        .filter(b -> workload.workload().equals(b.workload()))
        .findFirst()
        .orElseThrow()
        .address()
        .getPort();
  }
}
