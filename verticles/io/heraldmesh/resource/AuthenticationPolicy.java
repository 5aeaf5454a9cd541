package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code authentication.istio.io/v1alpha1} Policy or MeshPolicy. Of those that reach a port the
 * narrowest holds alone: a service's over its namespace's over the mesh's.
 *
 * @param kind {@code Policy}, or {@code MeshPolicy} for the whole mesh
 * @param targets the services it is for; empty: all of the namespace, or of the mesh
 * @param peer what is asked of the connection, in the first element of its list
 * @param peerIsOptional a caller without mutual TLS is accepted all the same
 * @param origins ways to prove an end user, in order; the first that succeeds counts
 * @param originIsOptional a request that proves none is accepted all the same
 * @param binding which identity is {@code request.auth.principal}; decides nothing else
 */
public record AuthenticationPolicy(
    Metadata metadata,
    String kind,
    List<Target> targets,
    Located<Peer> peer,
    Located<Boolean> peerIsOptional,
    List<Origin> origins,
    Located<Boolean> originIsOptional,
    Located<Binding> binding)
    implements Resource {
  public static final String POLICY = "Policy";
  public static final String MESH_POLICY = "MeshPolicy";

  public AuthenticationPolicy {
    targets = List.copyOf(targets);
    origins = List.copyOf(origins);
  }

  public boolean isMeshWide() {
    return kind.equals(MESH_POLICY);
  }

  /** The same policy with these origins. */
  public AuthenticationPolicy withOrigins(List<Origin> others) {
    return new AuthenticationPolicy(
        metadata, kind, targets, peer, peerIsOptional, others, originIsOptional, binding);
  }

  /** What {@code peers} asks for. */
  public enum Peer {
    /** No {@code peers}: mutual TLS is switched off. */
    NONE,
    PERMISSIVE,
    STRICT
  }

  /** {@code principalBinding}. */
  public enum Binding {
    USE_PEER,
    USE_ORIGIN
  }

  /**
   * {@code targets[]}.
   *
   * @param name of a Service of the policy's namespace
   * @param ports of the service, not of its workloads; empty: all
   */
  public record Target(Located<String> name, List<Port> ports) {
    public Target {
      ports = List.copyOf(ports);
    }
  }

  /**
   * {@code targets[].ports[]}.
   *
   * @param number 0 when it is given by name
   * @param name null when it is given by number
   */
  public record Port(Position at, int number, @Nullable String name) {

    /** Whether it means this port of a service. */
    public boolean matches(Service.Port port) {
      return name == null ? port.port() == number : port.name().equals(name);
    }
  }

  /**
   * {@code origins[].jwt}.
   *
   * @param rule as a RequestAuthentication would say it; the token is always passed on
   * @param exchanged the token is one that a gateway exchanged: what counts is its claim {@code
   *     original_claims}
   * @param triggers on which paths it is asked for, any of them; empty: on all
   */
  public record Origin(JwtRule rule, boolean exchanged, List<TriggerRule> triggers) {
    public Origin {
      triggers = List.copyOf(triggers);
    }

    /** The same origin with this key set. */
    public Origin withJwks(String keys) {
      return new Origin(rule.withJwks(keys), exchanged, triggers);
    }
  }

  /**
   * {@code triggerRules[]}: a path that no {@code excluded} matches and, if there are any, some
   * {@code included} does.
   */
  public record TriggerRule(Position at, List<PathMatch> excluded, List<PathMatch> included) {
    public TriggerRule {
      excluded = List.copyOf(excluded);
      included = List.copyOf(included);
    }
  }

  /** {@code excludedPaths[]} and {@code includedPaths[]}; compared with case. */
  public record PathMatch(PathForm form, Located<String> text) {}

  /** How a path is compared. */
  public enum PathForm {
    EXACT,
    PREFIX,
    SUFFIX,
    /** RE2 syntax, of the whole path. */
    REGEX
  }
}
