package io.heraldmesh.node;

import io.heraldmesh.admin.Health;
import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.credentials.CombinedCredentials;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.credentials.CredentialSource;
import io.heraldmesh.credentials.FileCredentials;
import io.heraldmesh.credentials.LeafStatus;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.jwks.KeySourceHealth;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.Bound;
import io.heraldmesh.proxy.DataPath;
import io.heraldmesh.proxy.ExposedServices;
import io.heraldmesh.proxy.PolicySource;
import io.heraldmesh.proxy.ProxySettings;
import io.heraldmesh.proxy.ProxyVerticle;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.log.QueuedAccessLog;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.OverloadLevel;
import io.heraldmesh.proxy.overload.ProcessMemory;
import io.heraldmesh.proxy.overload.Thresholds;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node's proxy with its credentials and key sets, wired. */
final class ServiceNode {
  private final @Nullable NodeCredentials enrolled;
  private final List<FileCredentials> files;
  private final CombinedCredentials credentials;
  private final DataPath path;
  private final Overload overload;
  private final KeySetService keys;
  private final @Nullable QueuedAccessLog accessLog;
  private final ExposedServices exposed;
  private final ProxyVerticle verticle;
  private final Foundation foundation;
  private final Set<SpiffeId> identities;

  /**
   * @param policies where its policy comes from
   * @param keys closed with it
   * @param enrolled leaves from the authority; null: every workload brings files
   * @param own what this process listens on
   */
  ServiceNode(
      Foundation foundation,
      NodeConfig config,
      TrustDomain trustDomain,
      PolicySource.Opening policies,
      KeySetService keys,
      @Nullable NodeCredentials enrolled,
      OwnListeners own) {
    this.foundation = foundation;
    this.identities =
        config.workloads().stream()
            .map(w -> w.identity(trustDomain))
            .collect(Collectors.toUnmodifiableSet());
    this.enrolled = enrolled;
    this.files = files(foundation, config, trustDomain);
    List<CredentialSource> sources = new ArrayList<>(files);
    if (enrolled != null) {
      sources.addFirst(enrolled);
    }
    this.credentials = new CombinedCredentials(sources);
    this.keys = keys;
    ProxySettings settings =
        new ProxySettings(
            config.name(),
            trustDomain,
            new AdvertisedPorts().of(config),
            config.limits(),
            config.allowLoopback(),
            config.capture().inbound(),
            config.capture().mode() == Mode.TPROXY);
    this.accessLog = NodeAccessLog.open(config.accessLog(), foundation.meters());
    this.overload = overload(foundation, config);
    this.path =
        new DataPath(
            foundation.vertx(),
            settings,
            credentials,
            keys::current,
            foundation.crypto(),
            foundation.meters(),
            accessLog == null ? AccessLog.NONE : accessLog,
            foundation.clock(),
            own,
            overload);
    this.exposed =
        new ExposedServices(
            foundation.vertx(), config.name(), config.workloads(), own, foundation.meters());
    this.verticle = new ProxyVerticle(settings, path, keys, policies, config.drain());
  }

  private static Overload overload(Foundation foundation, NodeConfig config) {
    return new Overload(
        new ProcessMemory(config.limits().memoryBytes()),
        Thresholds.shedAt(config.limits().shedPercent()),
        config.name(),
        foundation.meters(),
        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /** Opens the access log's file again, as after a rotation. */
  void reopenLogs() {
    if (accessLog != null) {
      accessLog.reopen();
    }
  }

  /** What may run on the node and gets its leaves from the authority. */
  static Set<WorkloadIdentity> enrolling(NodeConfig config) {
    return config.workloads().stream()
        .filter(w -> !config.credentials().containsKey(w.workload()))
        .map(ServiceNode::identity)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Everything that may run on the node. */
  static Set<WorkloadIdentity> all(NodeConfig config) {
    return config.workloads().stream()
        .map(ServiceNode::identity)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static WorkloadIdentity identity(WorkloadSettings workload) {
    return new WorkloadIdentity(workload.workload().namespace(), workload.serviceAccount());
  }

  /** Starts; the result completes once policy and certificates are in force. */
  Future<Void> start() {
    NodeCredentials fetched = enrolled;
    if (fetched != null) {
      fetched.start();
    }
    overload.start();
    files.forEach(FileCredentials::start);
    Future<String> deployed = foundation.vertx().deployVerticle(verticle);
    return Future.all(deployed, fetched == null ? Future.succeededFuture() : fetched.complete())
        .compose(done -> exposed.start());
  }

  /** Completes once every listener is open. */
  Future<List<Bound>> opened() {
    return verticle.opened();
  }

  /** Has each of its parts say how it fares. */
  void report(Health health) {
    health.register("proxy", this::condition);
    health.register("announcement", this::announcement);
    health.register("memory", this::memory);
    health.register("certificates", this::renewal);
    health.register("services", () -> Condition.noted(String.join("; ", exposed.found())));
    health.register("keys", () -> NodeKeySets.condition(keys.health()));
  }

  /** Whether requests may pass. */
  Condition condition() {
    if (path.inForce()) {
      return Condition.OK;
    }
    return Condition.notReady(
        verticle.revision() == null
            ? "no policy was received yet"
            : "some workload has no valid certificate: " + missing());
  }

  /** Whether others may be led here. */
  private Condition announcement() {
    String refusal = verticle.refusal();
    return refusal == null
        ? Condition.OK
        : Condition.degraded("refused, the last good policy stays: " + refusal);
  }

  /** Whether anything is given up for want of memory. */
  private Condition memory() {
    OverloadLevel level = overload.level();
    return level == OverloadLevel.NORMAL
        ? Condition.OK
        : Condition.degraded(
            level.name().toLowerCase(Locale.ROOT)
                + ", "
                + overload.pressure()
                + "; give the node more memory, or lower spec.limits.connections");
  }

  /** Whether leaves renew as they should, and outlive the process. */
  private Condition renewal() {
    Stream<String> fetched =
        leaves().stream()
            .filter(s -> s.lastError() != null)
            .map(s -> s.id() + ": " + s.lastError());
    Stream<String> read = files.stream().map(FileCredentials::lastError).filter(Objects::nonNull);
    Stream<String> lost = enrolled == null ? Stream.of() : Stream.ofNullable(enrolled.notKept());
    String failing =
        Stream.of(fetched, read, lost).flatMap(told -> told).collect(Collectors.joining("; "));
    return failing.isEmpty() ? Condition.OK : Condition.degraded(failing);
  }

  /** Every source of keys that policy names. */
  List<KeySourceHealth> keySources() {
    return keys.health();
  }

  /** Every leaf that is fetched from the authority. */
  List<LeafStatus> leaves() {
    return enrolled == null ? List.of() : enrolled.status();
  }

  /**
   * The certificates in use, each workload's and the node's own, and which services can be called
   * past the proxy.
   */
  UsedReport used() {
    return new UsedReport(
        Stream.concat(
                enrolled == null ? Stream.of() : enrolled.used().stream(),
                files.stream().map(FileCredentials::used))
            .toList(),
        exposed.found());
  }

  /** Fetches a new leaf now. */
  Future<Credential> renew(SpiffeId id) {
    return enrolled == null
        ? Future.failedFuture(new IllegalStateException(id + " comes from files"))
        : enrolled.renewNow(id);
  }

  /** Drains and closes. The bus must still work. */
  Future<Void> stop() {
    return (verticle.deploymentID() == null
            ? Future.<Void>succeededFuture()
            : foundation.vertx().undeploy(verticle.deploymentID()))
        .eventually(
            () -> {
              exposed.close();
              overload.close();
              files.forEach(FileCredentials::close);
              if (enrolled != null) {
                enrolled.close();
              }
              return keys.close();
            })
        .eventually(() -> foundation.vertx().executeBlocking(this::closeAccessLog));
  }

  /** Waits for what is still to be written. */
  private boolean closeAccessLog() {
    if (accessLog != null) {
      accessLog.close();
    }
    return true;
  }

  private String missing() {
    Set<SpiffeId> held = credentials.current().leaves().keySet();
    return identities.stream()
        .filter(id -> !held.contains(id))
        .map(SpiffeId::toString)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static List<FileCredentials> files(
      Foundation foundation, NodeConfig config, TrustDomain trustDomain) {
    List<FileCredentials> files = new ArrayList<>();
    for (WorkloadSettings settings : config.workloads()) {
      Workload workload = settings.workload();
      if (config.credentials().containsKey(workload)) {
        files.add(
            new FileCredentials(
                foundation.vertx(),
                config.credentials().get(workload),
                SpiffeId.workload(trustDomain, workload.namespace(), settings.serviceAccount()),
                foundation.crypto(),
                foundation.clock()));
      }
    }
    return files;
  }
}
