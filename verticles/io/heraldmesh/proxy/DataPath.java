package io.heraldmesh.proxy;

import io.heraldmesh.credentials.CredentialSource;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenCache;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.proxy.capture.CapturedSocket;
import io.heraldmesh.proxy.capture.OriginalDestination;
import io.heraldmesh.proxy.listener.InForce;
import io.heraldmesh.proxy.listener.ListenerContext;
import io.heraldmesh.proxy.listener.Newcomers;
import io.heraldmesh.proxy.listener.OpenConnections;
import io.heraldmesh.proxy.listener.UnfinishedHeads;
import io.heraldmesh.proxy.listener.WarmUp;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.log.Telemetry;
import io.heraldmesh.proxy.log.WorkloadTags;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Called;
import io.heraldmesh.proxy.upstream.DialGuard;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.proxy.upstream.Route;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.Upstreams;
import io.heraldmesh.tls.EventLoops;
import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.OriginationFiles;
import io.heraldmesh.tls.Originations;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data path of one node: its listeners, what they enforce, what they may call. */
public final class DataPath {
  private static final Logger LOG = LoggerFactory.getLogger(DataPath.class);

  /** How long a token that nobody sends any more may lie in memory after its end. */
  private static final Duration PURGE_EVERY = Duration.ofSeconds(10);

  /** Request heads that have not ended may take this part of the heap together. */
  private static final int HEADS_SHARE = 32;

  /** How soon a changed certificate file is in use. */
  private static final Duration POLL_EVERY = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final ProxySettings settings;
  private final Crypto crypto;
  private final EventLoops loops;
  private final WorkerExecutor builder;
  private final MeshTls tls;
  private final Originations originations;
  private final long poll;
  private final Upstreams upstreams;
  private final OpenConnections open = new OpenConnections();
  private final ListenerContext context;
  private final Listeners listeners;
  private final long purging;
  private volatile TokenCache verified;
  private volatile @Nullable InForce inForce;

  /** A data path with memory that is always enough. */
  public DataPath(
      Vertx vertx,
      ProxySettings settings,
      CredentialSource credentials,
      Supplier<KeySets> keySets,
      Crypto crypto,
      MeterRegistry meters,
      AccessLog accessLog,
      InstantSource clock,
      OwnListeners own) {
    this(
        vertx,
        settings,
        credentials,
        keySets,
        crypto,
        meters,
        accessLog,
        clock,
        own,
        Overload.none());
  }

  /**
   * @param own what this process listens on; the listeners opened here are added to it
   * @param overload says when memory is short
   * @throws IllegalStateException when this Vert.x does not hand out its event loops
   */
  public DataPath(
      Vertx vertx,
      ProxySettings settings,
      CredentialSource credentials,
      Supplier<KeySets> keySets,
      Crypto crypto,
      MeterRegistry meters,
      AccessLog accessLog,
      InstantSource clock,
      OwnListeners own,
      Overload overload) {
    this(
        vertx,
        settings,
        credentials,
        keySets,
        crypto,
        meters,
        accessLog,
        clock,
        own,
        overload,
        new CapturedSocket());
  }

  /**
   * The same.
   *
   * @param originals tells where captured connections were going
   */
  DataPath(
      Vertx vertx,
      ProxySettings settings,
      CredentialSource credentials,
      Supplier<KeySets> keySets,
      Crypto crypto,
      MeterRegistry meters,
      AccessLog accessLog,
      InstantSource clock,
      OwnListeners own,
      Overload overload,
      OriginalDestination originals) {
    this.vertx = vertx;
    this.settings = settings;
    this.crypto = crypto;
    this.loops = EventLoops.of(vertx);
    this.builder = vertx.createSharedWorkerExecutor("herald-tls", 1);
    this.tls = new MeshTls(loops, credentials, new PeerVerifier(crypto), clock, this::build);
    this.originations = new Originations(loops, crypto, this::build);
    this.poll = vertx.setPeriodic(POLL_EVERY.toMillis(), id -> originations.poll());
    this.upstreams =
        new Upstreams(
            loops,
            tls,
            originations,
            settings.limits(),
            new DialGuard(own, settings.allowLoopback()),
            overload);
    this.context =
        new ListenerContext(
            settings.limits(),
            tls,
            upstreams,
            new Telemetry(meters, accessLog, tags(settings), clock),
            keySets,
            this::enforced,
            open,
            overload,
            new Newcomers(settings.limits().newcomers(), overload),
            new UnfinishedHeads(Runtime.getRuntime().maxMemory() / HEADS_SHARE, overload),
            clock);
    this.listeners = new Listeners(settings, loops, context, originals, own);
    this.verified = TokenCache.of(settings.limits().tokenCacheBytes(), clock);
    TokenCacheMeters.register(meters, settings.node(), () -> verified);
    this.purging = vertx.setPeriodic(PURGE_EVERY.toMillis(), tick -> verified.purge(keySets.get()));
  }

  /**
   * Binds every listener; fails, naming address and field, when one cannot be bound, and then
   * leaves none open. Until a snapshot and leaves are there, every connection is refused.
   */
  public Future<List<Bound>> open() {
    return listeners.open();
  }

  /** Its one thread keeps the order; the caller's own queue would outlive it. */
  private void build(Runnable task) {
    builder.executeBlocking(
        () -> {
          task.run();
          return null;
        },
        false);
  }

  /**
   * Reads the files that calls under {@code snapshot} need, so that none fails for want of them;
   * completes when that was tried. Thread-safe.
   */
  public Future<Void> prepare(NodeSnapshot snapshot) {
    Promise<Void> tried = Promise.promise();
    originations.add(files(snapshot), tried::tryComplete);
    return tried.future();
  }

  /** Puts {@code snapshot} in force, whole, for every new request. Thread-safe. */
  public synchronized void apply(NodeSnapshot snapshot) {
    Map<Workload, Enforcement> enforcements = enforcements(snapshot.workloads());
    Map<Workload, Routes> routes = new HashMap<>();
    InForce last = inForce;
    for (WorkloadSettings workload : settings.workloads()) {
      routes.put(
          workload.workload(),
          new Routes(
              snapshot.destinations(workload.workload()),
              own(workload),
              workload.workload().namespace(),
              last == null ? null : last.routes().get(workload.workload()),
              workload.capture() != null,
              snapshot.registryOnly()));
    }
    inForce = new InForce(enforcements, routes);
    upstreams.retain(new Called(routes.values()));
    originations.only(files(snapshot)); // last: until here what was in force may need its own
  }

  /**
   * Where only endpoints changed, what is enforced stays, and so do the tokens verified under it; a
   * changed policy begins with none.
   */
  private Map<Workload, Enforcement> enforcements(List<WorkloadPolicy> policies) {
    Map<Workload, Enforcement> before = enforced().enforcements();
    boolean same =
        before.size() == policies.size()
            && policies.stream().allMatch(p -> p.equals(policyOf(before.get(p.workload()))));
    if (same) {
      return before;
    }
    TokenCache empty = verified.successor();
    verified = empty;
    Map<Workload, Enforcement> enforcements = new HashMap<>();
    for (WorkloadPolicy policy : policies) {
      enforcements.put(policy.workload(), new Enforcement(policy, crypto, empty));
    }
    return enforcements;
  }

  private static @Nullable WorkloadPolicy policyOf(@Nullable Enforcement enforcement) {
    return enforcement == null ? null : enforcement.policy();
  }

  /**
   * Has the code of requests run once, so that the first ones do not wait for it; completes when
   * that was tried, with how many of its own connections it gave up. Thread-safe.
   */
  Future<Integer> warmUp() {
    return vertx
        .executeBlocking(() -> WarmUp.run(loops, context), false)
        .otherwise(
            failure -> {
              LOG.warn("the first requests will be slower: {}", failure.toString());
              return 0;
            });
  }

  /** Requests may pass from now on. */
  void begin() {
    listeners.begin();
  }

  /** A snapshot is in force and every workload has a leaf. Thread-safe. */
  public boolean inForce() {
    InForce now = inForce;
    return now != null
        && settings.workloads().stream()
            .allMatch(
                workload ->
                    now.enforcements().containsKey(workload.workload()) && tls.has(own(workload)));
  }

  /**
   * Stops accepting, lets what runs finish, and closes what is left after {@code deadline}; see
   * {@link Draining} for what ends when. Completes when nothing is open any more.
   */
  public Future<Void> drain(Duration deadline) {
    return new Draining(vertx, listeners, open, settings.keptOpen())
        .within(deadline)
        .onComplete(
            done -> {
              vertx.cancelTimer(purging);
              vertx.cancelTimer(poll);
              upstreams.close();
              tls.close();
              originations.close();
              listeners.forget();
            })
        .compose(done -> builder.close());
  }

  private static Map<String, WorkloadTags> tags(ProxySettings settings) {
    Map<String, WorkloadTags> tags = new HashMap<>();
    for (WorkloadSettings workload : settings.workloads()) {
      Workload name = workload.workload();
      tags.put(
          name.toString(),
          WorkloadTags.of(
              name.namespace(),
              name.name(),
              workload.identity(settings.trustDomain()).toString(),
              workload.labels()));
    }
    return tags;
  }

  private Set<OriginationFiles> files(NodeSnapshot snapshot) {
    return settings.workloads().stream()
        .flatMap(workload -> snapshot.destinations(workload.workload()).stream())
        .flatMap(DataPath::secured)
        .filter(UpstreamTls.Originated.class::isInstance)
        .map(tls -> Route.files((UpstreamTls.Originated) tls))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** How its endpoints are called, and the addresses that its callers may choose themselves. */
  private static Stream<UpstreamTls> secured(Destination destination) {
    return Stream.concat(
        destination.endpoints().stream().map(Endpoint::tls),
        Stream.ofNullable(destination.addresses().dialled()));
  }

  /** Connections of clients, on all listeners. Thread-safe. */
  int openConnections() {
    return open.size();
  }

  private InForce enforced() {
    InForce now = inForce;
    return now == null ? InForce.NOTHING : now;
  }

  private SpiffeId own(WorkloadSettings workload) {
    return workload.identity(settings.trustDomain());
  }
}
