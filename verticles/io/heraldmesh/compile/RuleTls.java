package io.heraldmesh.compile;

import io.heraldmesh.resource.ClientTls;
import io.heraldmesh.resource.DestinationRule;
import io.heraldmesh.resource.DestinationRule.Subset;
import io.heraldmesh.resource.TrafficPolicy;
import io.heraldmesh.resource.TrafficPolicy.PortPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a DestinationRule says about TLS to one endpoint: port of the subset, subset, port of the
 * rule, rule. What is written for a port stands alone: what it leaves out is not inherited.
 *
 * @param tls null: it says nothing, so auto mTLS decides
 * @param subset the subset it was written for; empty: the rule as a whole
 */
record RuleTls(@Nullable ClientTls tls, String subset) {
  static final RuleTls SILENT = new RuleTls(null, "");

  /**
   * @param labels of the endpoint
   */
  static RuleTls of(@Nullable DestinationRule rule, int port, Map<String, String> labels) {
    if (rule == null) {
      return SILENT;
    }
    Subset subset = subset(rule, labels);
    if (subset != null && speaks(subset.trafficPolicy(), port)) {
      return new RuleTls(tls(subset.trafficPolicy(), port), subset.name());
    }
    return new RuleTls(tls(rule.trafficPolicy(), port), "");
  }

  /** Where an endpoint belongs to several, none of them can be said to be meant. */
  private static @Nullable Subset subset(DestinationRule rule, Map<String, String> labels) {
    List<Subset> all = rule.subsets().stream().filter(s -> s.has(labels)).toList();
    return all.size() == 1 ? all.getFirst() : null;
  }

  private static boolean speaks(TrafficPolicy policy, int port) {
    return policy.tls() != null || policy.ports().containsKey(port);
  }

  private static @Nullable ClientTls tls(TrafficPolicy policy, int port) {
    PortPolicy own = policy.ports().get(port);
    return own == null ? policy.tls() : own.tls();
  }
}
