package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.upstream.Routes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compiled snapshot: what is enforced in front of each workload, and what each may call.
 * Immutable; swapped whole.
 */
public record InForce(Map<Workload, Enforcement> enforcements, Map<Workload, Routes> routes) {
  /** Before the first snapshot: everything is refused. */
  public static final InForce NOTHING = new InForce(Map.of(), Map.of());

  public InForce {
    enforcements = Map.copyOf(enforcements);
    routes = Map.copyOf(routes);
  }

  @Nullable Enforcement enforcement(Workload workload) {
    return enforcements.get(workload);
  }

  @Nullable Routes routes(Workload workload) {
    return routes.get(workload);
  }
}
