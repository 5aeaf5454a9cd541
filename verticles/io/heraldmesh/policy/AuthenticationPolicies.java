package io.heraldmesh.policy;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@link AuthenticationPolicy} of each port of a workload.
 *
 * @param rest of every port that {@code ports} does not name; null: none
 * @param ports by workload port
 */
public record AuthenticationPolicies(
    @Nullable AuthenticationPolicy rest, Map<Integer, AuthenticationPolicy> ports) {
  public static final AuthenticationPolicies NONE = new AuthenticationPolicies(null, Map.of());

  public AuthenticationPolicies {
    ports = Map.copyOf(ports);
  }

  /** The one that holds on a port, if any. */
  public @Nullable AuthenticationPolicy of(int port) {
    AuthenticationPolicy own = ports.get(port);
    return own == null ? rest : own;
  }

  /** Each of them, some more than once. */
  public Stream<AuthenticationPolicy> all() {
    return Stream.concat(Stream.ofNullable(rest), ports.values().stream());
  }
}
