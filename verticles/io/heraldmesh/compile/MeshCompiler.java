package io.heraldmesh.compile;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.CallerDestinations;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Resources and announced workloads to what each node enforces and may call. A pure function;
 * thread-safe.
 */
public final class MeshCompiler {
  private static final Comparator<MeshWorkload> ORDER =
      Comparator.comparing(MeshWorkload::node)
          .thenComparing(MeshWorkload::namespace)
          .thenComparing(MeshWorkload::name);

  private final TrustDomain trustDomain;
  private final LevelTable levels;

  /**
   * @param trustDomain the mesh's own where the mesh configuration names none
   */
  public MeshCompiler(TrustDomain trustDomain) {
    this(trustDomain, LevelTable.NOW);
  }

  /** As above, for nodes that know other words than those of this version. */
  public MeshCompiler(TrustDomain trustDomain, LevelTable levels) {
    this.trustDomain = trustDomain;
    this.levels = levels;
  }

  /**
   * @param resources without errors
   * @param announced registered workloads of all nodes, in any order
   * @throws IllegalArgumentException when {@code resources} has errors
   */
  public CompiledMesh compile(Resources resources, List<MeshWorkload> announced) {
    if (resources.problems().hasErrors()) {
      throw new IllegalArgumentException("resources with errors are not put into force");
    }
    List<MeshWorkload> workloads = announced.stream().sorted(ORDER).toList();
    MeshScope scope = MeshScope.of(resources, trustDomain);
    PeerModes modes = new PeerModes(scope);
    WorkloadCompiler policies = new WorkloadCompiler(scope, modes);
    Map<String, List<WorkloadPolicy>> byNode = new TreeMap<>();
    for (MeshWorkload workload : workloads) {
      byNode
          .computeIfAbsent(workload.node(), n -> new ArrayList<>())
          .add(policies.compile(PolicySubject.of(workload), workload.serviceAccount()));
    }
    List<ServicePort> ports = Registry.ports(scope, modes, workloads);
    Destinations destinations =
        new Destinations(ports, new DestinationRules(scope), scope.config().enableAutoMtls());
    return new CompiledMesh(
        byNode,
        destinations.general(),
        special(destinations, workloads),
        scope.config().registryOnly(),
        stale(ports),
        levels,
        keySources(resources),
        new CrossChecks(scope, workloads).problems());
  }

  private Map<KeySource, Duration> keySources(Resources resources) {
    return jwtRules(resources).stream()
        .collect(
            Collectors.toUnmodifiableMap(JwtRule::keys, JwtRule::timeout, WorkloadPolicy::longer));
  }

  private static Set<String> stale(List<ServicePort> ports) {
    return ports.stream()
        .flatMap(port -> port.backends().stream())
        .map(Backend::stale)
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Map<String, List<CallerDestinations>> special(
      Destinations destinations, List<MeshWorkload> workloads) {
    Map<Caller, List<Destination>> byCaller = new HashMap<>();
    Map<String, List<CallerDestinations>> byNode = new TreeMap<>();
    for (MeshWorkload workload : workloads) {
      List<Destination> own = byCaller.computeIfAbsent(Caller.of(workload), destinations::special);
      if (!own.isEmpty()) {
        byNode
            .computeIfAbsent(workload.node(), n -> new ArrayList<>())
            .add(new CallerDestinations(new Workload(workload.namespace(), workload.name()), own));
      }
    }
    return byNode;
  }

  /** What is enforced in front of one workload that no node announced; for offline answers. */
  public WorkloadPolicy workload(
      Resources resources, Workload workload, String serviceAccount, Map<String, String> labels) {
    MeshScope scope = MeshScope.of(resources, trustDomain);
    return new WorkloadCompiler(scope, new PeerModes(scope))
        .compile(
            new PolicySubject(workload.namespace(), workload.name(), labels, null), serviceAccount);
  }

  /**
   * All rules for tokens, {@code jwtRules} and then {@code origins} of v1alpha1, whatever they
   * select and in the order they stand; offline, too.
   */
  public List<JwtRule> jwtRules(Resources resources) {
    return Stream.concat(
            resources.of(RequestAuthentication.class).stream()
                .flatMap(authentication -> authentication.jwtRules().stream()),
            resources.of(AuthenticationPolicy.class).stream()
                .flatMap(policy -> policy.origins().stream())
                .map(AuthenticationPolicy.Origin::rule))
        .map(JwtRules::compile)
        .toList();
  }
}
