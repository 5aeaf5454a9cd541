package io.heraldmesh.compile;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.PeerAuthentication.Mode;
import io.heraldmesh.resource.problem.Located;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * PeerAuthentication with its inheritance: port over workload over namespace over mesh; of several
 * in one place the oldest holds. UNSET inherits. Where none says anything, a v1alpha1 policy does;
 * nothing anywhere is PERMISSIVE.
 *
 * <p>Source: Istio, PeerAuthentication. One with a selector in the root namespace selects nothing.
 */
final class PeerModes {
  private final MeshScope scope;
  private final List<PeerAuthentication> all;
  private final ServicePolicies old;

  PeerModes(MeshScope scope) {
    this.scope = scope;
    this.all = scope.oldestFirst(PeerAuthentication.class);
    this.old = new ServicePolicies(scope);
  }

  /**
   * @param mtls of every port that {@code ports} does not name
   * @param ports by workload port
   */
  record Modes(MtlsMode mtls, Map<Integer, MtlsMode> ports) {
    MtlsMode of(int port) {
      return ports.getOrDefault(port, mtls);
    }
  }

  Modes of(PolicySubject subject) {
    Declared declared = declared(subject.namespace(), subject.labels());
    ServicePolicies.Holding holding = old.of(subject);
    TreeSet<Integer> named = new TreeSet<>(declared.ports().keySet());
    named.addAll(holding.ports().keySet());
    Map<Integer, MtlsMode> ports = new TreeMap<>();
    for (Integer port : named) {
      MtlsMode mode = declared.of(port);
      ports.put(port, mode == null ? AuthenticationRules.listener(holding.of(port)) : mode);
    }
    MtlsMode mode = declared.mtls();
    return new Modes(mode == null ? AuthenticationRules.listener(holding.rest()) : mode, ports);
  }

  /** What PeerAuthentications say; null where none does. */
  private record Declared(@Nullable MtlsMode mtls, Map<Integer, Located<Mode>> ports) {
    @Nullable MtlsMode of(Integer port) {
      Located<Mode> own = ports.get(port);
      return own == null ? mtls : narrowed(own, mtls);
    }
  }

  private Declared declared(String namespace, Map<String, String> labels) {
    PeerAuthentication mesh = first(p -> wide(p) && scope.isRoot(p.metadata()));
    PeerAuthentication wide =
        first(p -> wide(p) && !scope.isRoot(p.metadata()) && isIn(p, namespace));
    PeerAuthentication narrow =
        first(
            p ->
                !wide(p)
                    && !scope.isRoot(p.metadata())
                    && isIn(p, namespace)
                    && p.selector().matches(labels));
    MtlsMode mode = null;
    mode = mesh == null ? mode : narrowed(mesh.mode(), mode);
    mode = wide == null ? mode : narrowed(wide.mode(), mode);
    mode = narrow == null ? mode : narrowed(narrow.mode(), mode);
    return new Declared(mode, narrow == null ? Map.of() : narrow.portModes());
  }

  private @Nullable PeerAuthentication first(Predicate<PeerAuthentication> condition) {
    return all.stream().filter(condition).findFirst().orElse(null);
  }

  private static boolean wide(PeerAuthentication policy) {
    return policy.selector().isEmpty();
  }

  private static boolean isIn(PeerAuthentication policy, String namespace) {
    return policy.metadata().namespace().equals(namespace);
  }

  private static @Nullable MtlsMode narrowed(Located<Mode> mode, @Nullable MtlsMode inherited) {
    return switch (mode.value()) {
      case UNSET -> inherited;
      case DISABLE -> MtlsMode.DISABLE;
      case PERMISSIVE -> MtlsMode.PERMISSIVE;
      case STRICT -> MtlsMode.STRICT;
    };
  }
}
