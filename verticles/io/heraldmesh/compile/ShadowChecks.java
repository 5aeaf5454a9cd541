package io.heraldmesh.compile;

import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Policies that have no effect because of another policy. */
final class ShadowChecks {
  /** Above this many in a namespace, only those that match everything are compared with all. */
  private static final int COMPARED = 200;

  private final MeshScope scope;
  private final ProblemCollector found;

  ShadowChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    olderPeerAuthentications();
    List<AuthorizationPolicy> enforced =
        scope.of(AuthorizationPolicy.class).stream()
            .filter(p -> !p.dryRun() && p.targetRefs().isEmpty() && !p.rules().isEmpty())
            .filter(p -> p.action().value() == Action.ALLOW || p.action().value() == Action.DENY)
            .toList();
    Map<String, List<AuthorizationPolicy>> byNamespace = new HashMap<>();
    enforced.forEach(
        p -> byNamespace.computeIfAbsent(p.metadata().namespace(), n -> new ArrayList<>()).add(p));
    byNamespace.replaceAll((namespace, policies) -> worthComparing(policies));
    List<AuthorizationPolicy> mesh =
        byNamespace.getOrDefault(scope.config().rootNamespace(), List.of());
    for (AuthorizationPolicy policy : enforced) {
      List<AuthorizationPolicy> others = new ArrayList<>(mesh);
      if (!scope.isRoot(policy.metadata())) {
        others.addAll(byNamespace.getOrDefault(policy.metadata().namespace(), List.of()));
      }
      shadowed(policy, others);
    }
  }

  private static List<AuthorizationPolicy> worthComparing(List<AuthorizationPolicy> policies) {
    return policies.size() <= COMPARED
        ? policies
        : policies.stream().filter(p -> p.rules().stream().anyMatch(Coverage::isOpen)).toList();
  }

  private void shadowed(AuthorizationPolicy policy, List<AuthorizationPolicy> others) {
    for (AuthorizationPolicy other : others) {
      if (other.metadata().equals(policy.metadata()) || !within(policy, other)) {
        continue;
      }
      boolean denies = other.action().value() == Action.DENY;
      if (other.action().value() != policy.action().value() && !denies) {
        continue;
      }
      if (coversAll(other, policy) && !(same(policy, other) && isFirst(policy, other))) {
        found.add(
            policy.metadata().at(),
            ProblemCode.SHADOWED_POLICY,
            policy.describe()
                + " has no effect: "
                + other.describe()
                + (denies ? " denies" : " allows")
                + " whatever it "
                + (policy.action().value() == Action.DENY ? "denies" : "allows"),
            "remove one of the two, or make " + other.metadata().name() + " narrower");
        return;
      }
    }
  }

  /** Two that cover each other: the first of them counts. */
  private boolean same(AuthorizationPolicy policy, AuthorizationPolicy other) {
    return policy.action().value() == other.action().value()
        && within(other, policy)
        && coversAll(policy, other);
  }

  private boolean isFirst(AuthorizationPolicy policy, AuthorizationPolicy other) {
    List<AuthorizationPolicy> all = scope.of(AuthorizationPolicy.class);
    return all.indexOf(policy) < all.indexOf(other);
  }

  private static boolean coversAll(AuthorizationPolicy wide, AuthorizationPolicy narrow) {
    return narrow.rules().stream().allMatch(rule -> covers(wide, narrow, rule));
  }

  private static boolean covers(AuthorizationPolicy wide, AuthorizationPolicy narrow, Rule rule) {
    return wide.rules().stream().anyMatch(w -> Coverage.covers(wide, w, narrow, rule));
  }

  /** Whether {@code outer} selects every workload that {@code inner} selects. */
  private boolean within(AuthorizationPolicy inner, AuthorizationPolicy outer) {
    return within(inner.metadata(), inner.selector(), outer.metadata(), outer.selector());
  }

  private boolean within(Metadata inner, Selector narrow, Metadata outer, Selector wide) {
    return (scope.isRoot(outer) || outer.namespace().equals(inner.namespace()))
        && wide.matches(narrow.matchLabels());
  }

  private void olderPeerAuthentications() {
    List<PeerAuthentication> older = new ArrayList<>();
    for (PeerAuthentication policy : scope.oldestFirst(PeerAuthentication.class)) {
      if (!policy.selector().isEmpty() && scope.isRoot(policy.metadata())) {
        found.add(
            policy.selector().at(),
            ProblemCode.SHADOWED_POLICY,
            policy.describe() + " has no effect: in the root namespace no selector is allowed",
            "move it to the namespace of the workloads");
        continue;
      }
      PeerAuthentication first = ofSameScope(policy, older);
      if (first == null) {
        older.add(policy);
      } else {
        String where =
            policy.selector().isEmpty()
                ? scope.isRoot(policy.metadata()) ? "the whole mesh" : "the whole namespace"
                : "all that it selects";
        found.add(
            policy.metadata().at(),
            ProblemCode.SHADOWED_POLICY,
            policy.describe()
                + " has no effect: "
                + first.describe()
                + " is older and holds for "
                + where);
      }
    }
  }

  /** Of those with selectors the oldest holds, too, and not the one that says more. */
  private static @Nullable PeerAuthentication ofSameScope(
      PeerAuthentication policy, List<PeerAuthentication> older) {
    for (PeerAuthentication first : older) {
      if (first.metadata().namespace().equals(policy.metadata().namespace())
          && first.selector().isEmpty() == policy.selector().isEmpty()
          && first.selector().matches(policy.selector().matchLabels())) {
        return first;
      }
    }
    return null;
  }
}
