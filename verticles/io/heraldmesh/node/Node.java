package io.heraldmesh.node;

import io.heraldmesh.admin.Health;
import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeConfig.AttachedConfig;
import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ClusterPeer;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.Bound;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.tls.TlsProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node with all its roles in this process: the one class that wires and deploys. Starting and
 * stopping block; everything between runs on Vert.x's threads.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration START_WITHIN = Duration.ofSeconds(60);
  private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(36_500);
  private static final Duration STEP_WITHIN = Duration.ofSeconds(3);
  static final Duration LONGEST_DRAIN = Duration.ofSeconds(5);

  private final NodeConfig config;
  private final InstantSource clock;
  private @Nullable Foundation foundation;
  private final Health health = new Health();
  private final Teardown undo = new Teardown();
  private final OwnListeners own = new OwnListeners();
  private final List<Bound> bounds = new ArrayList<>();
  private volatile @Nullable ServiceNode services;
  private @Nullable NodeControl control;
  private @Nullable TrustDomain trustDomain;
  private @Nullable StateDir state;
  private @Nullable NodePages pages;

  private Node(NodeConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    if (config.cluster() == null) {
      Foundation laid = Foundation.lay(config.eventLoops(), clock);
      this.foundation = laid;
      this.undo.add("event loops", () -> StartWait.await(laid.vertx().close(), STEP_WITHIN));
    }
  }

  public static Node start(NodeConfig config) {
    return start(config, line -> LOG.debug("{}", line));
  }

  /**
   * Starts the node of a node file.
   *
   * @throws StartFailure when it cannot, or the file has problems; the message says why
   * @throws UsageException when the file cannot be read
   */
  public static Node start(Path file) {
    NodeFileReader.Result read = NodeFileReader.read(file);
    NodeConfig config = read.config();
    if (config == null) {
      throw StartFailure.problems(read.problems().text());
    }
    return start(config);
  }

  /**
   * Starts a node; returns when certificates and policy are in force. A failed start leaves nothing
   * behind.
   *
   * @param say takes the lines {@code listening <what> <address>} and {@code ready}
   * @throws StartFailure when it cannot; the message says why
   */
  public static Node start(NodeConfig config, Consumer<String> say) {
    return start(config, say, InstantSource.system());
  }

  /** As above, by another clock: its certificates and all that it judges go by that. */
  public static Node start(NodeConfig config, Consumer<String> say, InstantSource clock) {
    Node node = new Node(config, clock);
    node.health.register("node", () -> Condition.notReady("starting"));
    try {
      node.start(say);
      return node;
    } catch (AuthorityException | StoreException e) {
      node.stop();
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      node.stop();
      throw e;
    }
  }

  private void start(Consumer<String> say) {
    OwnUser.check(config);
    AttachedConfig attached = config.attached();
    if (attached != null) {
      openState();
      startWith(attached(attached), null, say);
      return;
    }
    Resourcing resourcing = new Resourcing(config.resources(), config.resourcesMayBeEmpty());
    undo.add("resources", resourcing::close);
    Resources resources = resourcing.first();
    TrustDomain domain = trustDomain(resources);
    trustDomain = domain;
    openState();
    startWith(control(domain, say), resourcing, say);
  }

  private NodeControl attached(AttachedConfig to) {
    AttachedControl made = new AttachedControl(foundation(), config, to);
    trustDomain = made.trustDomain();
    return made;
  }

  private void openState() {
    Path folder = config.stateDir();
    if (folder != null) {
      StateDir opened = StateDir.open(folder);
      state = opened;
      undo.add("state", opened::close);
    }
  }

  private void startWith(
      NodeControl started, @Nullable Resourcing resourcing, Consumer<String> say) {
    undo.add("store", started::close);
    LoopLag lag = new LoopLag(foundation().vertx(), config.name(), foundation().meters());
    undo.add("event loop lag", lag::close);
    StartWait.await(started.start(), START_WITHIN);
    control = started;
    started.report(health);
    if (resourcing != null) {
      StartWait.await(started.lead(resourcing), START_WITHIN);
      health.register("resources", resourcing::condition);
    }
    StartWait.await(started.openPort(), START_WITHIN)
        .ifPresent(
            bound -> {
              own.add(bound);
              say.accept("listening control " + bound);
            });
    NodePages opened = new NodePages(config, own, say);
    pages = opened;
    opened.openHealthAndMetrics(foundation(), health);
    started
        .reporter(this::used)
        .ifPresent(
            reporter -> {
              undo.add("reports", reporter::close);
              reporter.start();
            });
    if (config.roles().contains(Role.PROXY)) {
      startServices(started, say);
    }
    if (config.roles().contains(Role.ADMIN)) {
      opened.openAdmin(
          foundation(),
          state,
          () -> meshStatus().map(mesh -> StatusView.of(config.name(), health, mesh, services)));
    }
    LOG.info(
        "node started name={} trustDomain={} crypto={} tls={}",
        config.name(),
        trustDomain,
        foundation().crypto().name(),
        TlsProvider.name());
    health.register("node", () -> Condition.OK);
    lag.begin();
    say.accept("ready");
  }

  private NodeControl control(TrustDomain domain, Consumer<String> say) {
    if (config.standalone()) {
      return new StandaloneControl(foundation(), config, domain);
    }
    Store store = new AwaitedStore(config, health).open();
    ClusterConfig cluster = config.cluster();
    if (cluster != null) {
      Membership joined = Membership.join(store, config, cluster, domain, clock);
      foundation = joined.foundation();
      undo.add("cluster", joined::close);
      HostPort eventBus = new HostPort(cluster.eventBus().host(), joined.eventBusPort());
      own.add(cluster.listen());
      own.add(eventBus);
      say.accept("listening cluster " + cluster.listen());
      say.accept("listening eventbus " + eventBus);
      health.register("cluster", () -> members(cluster, joined));
      return new EmbeddedControl(config, domain, joined);
    }
    return new EmbeddedControl(foundation(), config, domain, store);
  }

  private static Condition members(ClusterConfig cluster, Membership joined) {
    List<String> there = joined.members();
    String away =
        cluster.members().stream()
            .map(ClusterPeer::name)
            .filter(name -> !there.contains(name))
            .sorted()
            .collect(Collectors.joining(", "));
    return away.isEmpty() ? Condition.OK : Condition.degraded("not in the cluster: " + away);
  }

  private Foundation foundation() {
    Foundation laid = foundation;
    if (laid == null) {
      throw new IllegalStateException("not started");
    }
    return laid;
  }

  /**
   * What the node file says, else MeshConfig, else Istio's default; two that differ are an error.
   */
  private TrustDomain trustDomain(Resources resources) {
    Located<String> inMesh = resources.meshConfig().trustDomain();
    TrustDomain inFile = config.trustDomain();
    if (inMesh == null) {
      return inFile == null ? new TrustDomain("cluster.local") : inFile;
    }
    TrustDomain mesh = new TrustDomain(inMesh.value());
    if (inFile != null && !inFile.equals(mesh)) {
      throw StartFailure.problems(
          inMesh.at()
              + ": trustDomain is "
              + mesh
              + ", but the node file says "
              + inFile
              + "; make them equal");
    }
    return mesh;
  }

  private void startServices(NodeControl from, Consumer<String> say) {
    ServiceNode started;
    try {
      started = from.services(own);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    }
    services = started;
    started.report(health);
    undo.add("proxy", () -> StartWait.await(started.stop(), LONGEST_DRAIN.plusSeconds(2)));
    Future<Void> ready = started.start();
    bounds.addAll(StartWait.await(started.opened(), START_WITHIN));
    bounds.forEach(bound -> say.accept("listening " + describe(bound)));
    try {
      // An attached node that holds nothing good waits for its control plane, closed and not ready.
      StartWait.await(ready, config.attached() == null ? START_WITHIN : AS_LONG_AS_IT_TAKES);
    } catch (StartFailure e) {
      throw StartFailure.cannotStart(e.getMessage() + ": " + started.condition().detail());
    }
  }

  /** What the proxy has to tell, when there is one. */
  private UsedReport used() {
    ServiceNode running = services;
    return running == null ? UsedReport.of(List.of()) : running.used();
  }

  private static String describe(Bound bound) {
    return bound.what()
        + (bound.workload() == null ? "" : ":" + bound.workload())
        + (bound.port() == 0 ? "" : ":" + bound.port())
        + " "
        + new HostPort(bound.address().getAddress().getHostAddress(), bound.address().getPort());
  }

  /** The outbound port of a workload, as bound. */
  public int outbound(Workload workload) {
    return port("outbound", workload);
  }

  /** The first inbound port of a workload, as bound. */
  public int inbound(Workload workload) {
    return port("inbound", workload);
  }

  private int port(String what, Workload workload) {
    return bounds.stream()
        .filter(b -> b.what().equals(what) && workload.equals(b.workload()))
        .findFirst()
        .orElseThrow()
        .address()
        .getPort();
  }

  /** What all of it runs on. */
  Vertx vertx() {
    return foundation().vertx();
  }

  public Health health() {
    return health;
  }

  /** Where the admin pages are, as bound; null when the node has no role admin. */
  public @Nullable HostPort adminAddress() {
    return pages == null ? null : pages.adminAddress();
  }

  /** For the admin pages; null when the node has no role admin. */
  public @Nullable String operatorToken() {
    return pages == null ? null : pages.operatorToken();
  }

  /** How far the configuration got. */
  public Future<MeshStatus> meshStatus() {
    NodeControl started = control;
    return started == null
        ? Future.failedFuture(new IllegalStateException("not started"))
        : started.distribution().status();
  }

  /** Opens log files again, as after their rotation. Thread-safe. */
  void reopenLogs() {
    ServiceNode running = services;
    if (running != null) {
      running.reopenLogs();
    }
  }

  /** Fetches new leaves for these workloads now; completes when they are in force. */
  public Future<Void> renew(List<Workload> workloads) {
    ServiceNode running = services;
    TrustDomain domain = trustDomain;
    if (running == null || domain == null) {
      return Future.failedFuture(new IllegalStateException("the node has no proxy"));
    }
    return Future.all(
            config.workloads().stream()
                .filter(w -> workloads.contains(w.workload()))
                .map(w -> running.renew(identity(domain, w)))
                .toList())
        .mapEmpty();
  }

  private static SpiffeId identity(TrustDomain domain, WorkloadSettings workload) {
    return SpiffeId.workload(domain, workload.workload().namespace(), workload.serviceAccount());
  }

  /** Drains, then takes back everything, last first. Ends within 10 s whatever hangs. */
  public void stop() {
    health.register("node", () -> Condition.notReady("stopping"));
    undo.run();
  }
}
