package io.heraldmesh.compile;

import io.heraldmesh.resource.DestinationRule;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which DestinationRule a caller is under when it calls a service: of its own namespace, then of
 * the service's, then of the root namespace; in each the one with the most specific host, then the
 * one that selects the caller, then the oldest.
 *
 * <p>Source: Istio, push_context.go, {@code destinationRule}. Callers of the root namespace take
 * only its private rules first, so that a rule for the whole mesh does not hide a service's own.
 */
final class DestinationRules {
  private final MeshScope scope;
  private final Map<String, RulesByHost> byNamespace = new HashMap<>();

  DestinationRules(MeshScope scope) {
    this.scope = scope;
    for (DestinationRule rule : scope.oldestFirst(DestinationRule.class)) {
      byNamespace.computeIfAbsent(rule.metadata().namespace(), n -> new RulesByHost()).add(rule);
    }
  }

  boolean isEmpty() {
    return byNamespace.isEmpty();
  }

  @Nullable DestinationRule find(Caller caller, ServicePort service) {
    String root = scope.config().rootNamespace();
    Predicate<DestinationRule> applies =
        rule ->
            rule.isVisibleIn(caller.namespace())
                && rule.workloadSelector().matches(caller.labels());
    DestinationRule rule =
        caller.namespace().equals(root)
            ? in(root, service, applies.and(DestinationRule::isPrivate))
            : in(caller.namespace(), service, applies);
    rule = rule == null ? in(service.namespace(), service, applies) : rule;
    return rule == null ? in(root, service, applies) : rule;
  }

  private @Nullable DestinationRule in(
      String namespace, ServicePort service, Predicate<DestinationRule> applies) {
    RulesByHost rules = byNamespace.get(namespace);
    return rules == null ? null : rules.find(service.host(), applies);
  }
}
