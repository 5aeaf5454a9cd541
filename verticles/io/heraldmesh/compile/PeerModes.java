package io.heraldmesh.compile;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.PeerAuthentication.Mode;
import io.heraldmesh.resource.problem.Located;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * PeerAuthentication with its inheritance: port over workload over namespace over mesh; of several
 * in one place the oldest holds. UNSET inherits, nothing anywhere is PERMISSIVE.
 *
 * <p>Source: Istio, PeerAuthentication. One with a selector in the root namespace selects nothing.
 */
final class PeerModes {
  private final MeshScope scope;
  private final List<PeerAuthentication> all;

  PeerModes(MeshScope scope) {
    this.scope = scope;
    this.all = scope.oldestFirst(PeerAuthentication.class);
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

  Modes of(String namespace, Map<String, String> labels) {
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
    MtlsMode mode = MtlsMode.PERMISSIVE;
    mode = mesh == null ? mode : narrowed(mesh.mode(), mode);
    mode = wide == null ? mode : narrowed(wide.mode(), mode);
    mode = narrow == null ? mode : narrowed(narrow.mode(), mode);
    Map<Integer, MtlsMode> ports = new TreeMap<>();
    if (narrow != null) {
      for (Map.Entry<Integer, Located<Mode>> port : narrow.portModes().entrySet()) {
        ports.put(port.getKey(), narrowed(port.getValue(), mode));
      }
    }
    return new Modes(mode, ports);
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

  private static MtlsMode narrowed(Located<Mode> mode, MtlsMode inherited) {
    return switch (mode.value()) {
      case UNSET -> inherited;
      case DISABLE -> MtlsMode.DISABLE;
      case PERMISSIVE -> MtlsMode.PERMISSIVE;
      case STRICT -> MtlsMode.STRICT;
    };
  }
}
