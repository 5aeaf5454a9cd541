package io.heraldmesh.node;

import io.heraldmesh.enrol.CertificateProofs.KnownNode;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.log.QueuedAccessLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The node file, read: what {@code herald run --config} starts. Values are checked; paths are
 * absolute.
 *
 * @param trustDomain null: MeshConfig says it
 * @param stateDir null: nothing is kept on disk (the demo only)
 * @param resources the watched folder of YAML; null: there is none, the store has them all
 * @param resourcesMayBeEmpty true: a folder without policies is meant so
 * @param workloads what runs here
 * @param credentials folders with certificates for workloads that do not enrol
 * @param leafLifetime of the certificates issued here
 * @param drain how long running requests may take to finish on stop
 * @param eventLoops threads of the data path
 * @param accessLog null: there is none
 * @param allowLoopback true: calls may lead to services of this machine that prove no identity
 * @param capture which calls the system leads to the proxy
 * @param control what is offered to nodes outside of the cluster; null: nothing
 * @param attached to which control nodes this one attaches; null: to none
 * @param cluster of which control nodes this is one; null: it has its control plane for itself
 */
public record NodeConfig(
    String name,
    Set<Role> roles,
    @Nullable TrustDomain trustDomain,
    @Nullable Path stateDir,
    AuthorityConfig authority,
    DatabaseConfig database,
    @Nullable Path resources,
    boolean resourcesMayBeEmpty,
    List<WorkloadSettings> workloads,
    Map<Workload, Path> credentials,
    @Nullable HostPort admin,
    @Nullable HostPort health,
    @Nullable HostPort metrics,
    JwksConfig jwks,
    Duration leafLifetime,
    Duration drain,
    int eventLoops,
    @Nullable AccessLogConfig accessLog,
    Limits limits,
    boolean allowLoopback,
    CaptureConfig capture,
    @Nullable ControlConfig control,
    @Nullable AttachedConfig attached,
    @Nullable ClusterConfig cluster) {

  public NodeConfig {
    roles = Set.copyOf(roles);
    workloads = List.copyOf(workloads);
    credentials = Map.copyOf(credentials);
  }

  /** True: there is no control plane; policy and certificates come from the node's own files. */
  public boolean standalone() {
    return !controlPlane(roles) && attached == null;
  }

  static boolean controlPlane(Set<Role> roles) {
    return roles.contains(Role.CA) || roles.contains(Role.CONFIG);
  }

  /**
   * What a control node offers over gRPC and TLS.
   *
   * @param listen port 0: the system chooses
   * @param certificates of another authority that let a node join; null: none do
   */
  public record ControlConfig(HostPort listen, @Nullable CertificatesConfig certificates) {}

  /**
   * Certificates of another authority that let a node join.
   *
   * @param roots PEM file
   * @param nodes which certificate stands for which node
   */
  public record CertificatesConfig(Path roots, List<KnownNode> nodes) {

    public CertificatesConfig {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A node that attaches to a control plane elsewhere.
   *
   * @param to control nodes, any of which will do; never empty
   */
  public record AttachedConfig(List<HostPort> to) {

    public AttachedConfig {
      to = List.copyOf(to);
    }
  }

  /**
   * A control node among several.
   *
   * @param listen for the other members; never port 0
   * @param publicAddress where they reach it; null: as it is
   * @param members all of them, this one too; nobody else is let in
   * @param eventBus where the event bus listens
   * @param eventBusPublicHost where the others reach it; null: as it is
   * @param config Hazelcast's settings; null: those of the jar
   */
  public record ClusterConfig(
      HostPort listen,
      @Nullable HostPort publicAddress,
      List<ClusterPeer> members,
      HostPort eventBus,
      @Nullable String eventBusPublicHost,
      @Nullable Path config) {

    public ClusterConfig {
      members = List.copyOf(members);
    }

    /** What the members are called, this one too. */
    Set<String> names() {
      return members.stream().map(ClusterPeer::name).collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * @param address where it listens for members; null: found in another way
   */
  public record ClusterPeer(String name, @Nullable HostPort address) {}

  /** Where the authority's keys come from. */
  public sealed interface AuthorityConfig {
    /** A root of Herald's own in stateDir, made at the first start. */
    record Own() implements AuthorityConfig {}

    /** Istio's plugged-in files. */
    record Cacerts(Path folder) implements AuthorityConfig {}

    /** A root of Herald's own in this file, under the passphrase in that one. */
    record Store(Path keyStore, Path passphraseFile) implements AuthorityConfig {}
  }

  /** Where what must not be lost is kept. */
  public sealed interface DatabaseConfig {
    /**
     * A file that only this node uses.
     *
     * @param file null: {@code herald.db} in stateDir, or in memory where there is none
     */
    record Sqlite(@Nullable Path file) implements DatabaseConfig {}

    /**
     * A server that several control nodes share.
     *
     * @param hosts {@code host:port}
     * @param passwordFile null: no password is sent
     * @param roots of the server's certificate; null: the JDK's
     */
    record Postgres(
        List<String> hosts,
        String database,
        String schema,
        String user,
        @Nullable Path passwordFile,
        boolean tls,
        @Nullable Path roots,
        int connections)
        implements DatabaseConfig {

      public Postgres {
        hosts = List.copyOf(hosts);
      }
    }
  }

  /**
   * The access log.
   *
   * @param share of successful requests that are logged, 0 to 1; refusals always are
   * @param file null: standard error
   */
  public record AccessLogConfig(double share, QueuedAccessLog.Format format, @Nullable Path file) {}

  /**
   * How key sets are fetched.
   *
   * @param roots PEM file with roots that are trusted besides the JDK's
   * @param allowLoopback true: key sets may be fetched from this machine
   * @param blocked addresses that must not be asked
   * @param serverRoots by host or host:port: PEM file with the roots that alone are trusted there
   */
  public record JwksConfig(
      @Nullable Path roots,
      boolean allowLoopback,
      List<AddressBlock> blocked,
      Map<String, Path> serverRoots) {

    public JwksConfig {
      blocked = List.copyOf(blocked);
      serverRoots = Map.copyOf(serverRoots);
    }

    /** Any address but, perhaps, this machine; the same roots for every server. */
    public JwksConfig(@Nullable Path roots, boolean allowLoopback) {
      this(roots, allowLoopback, List.of(), Map.of());
    }
  }
}
