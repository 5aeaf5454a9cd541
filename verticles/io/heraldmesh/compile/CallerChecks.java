package io.heraldmesh.compile;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.PeerAuthentication.Mode;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules that ask for a mesh identity where every caller comes without one. */
final class CallerChecks {
  private final MeshScope scope;
  private final PeerModes modes;
  private final KnownWorkloads workloads;
  private final ProblemCollector found;

  CallerChecks(MeshScope scope, KnownWorkloads workloads, ProblemCollector found) {
    this.scope = scope;
    this.modes = new PeerModes(scope);
    this.workloads = workloads;
    this.found = found;
  }

  void check() {
    boolean anyDisabled =
        scope.of(PeerAuthentication.class).stream().anyMatch(p -> hasMode(p, Mode.DISABLE));
    // the older kinds have a say in the mode, too, and it is theirs port by port
    if (!anyDisabled || !scope.of(AuthenticationPolicy.class).isEmpty()) {
      return;
    }
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      if (policy.targetRefs().isEmpty() && comesInPlainText(policy)) {
        policy.rules().forEach(rule -> check(policy, rule));
      }
    }
  }

  private void check(AuthorizationPolicy policy, Rule rule) {
    Position asked = asksForIdentity(rule);
    if (asked != null) {
      found.add(
          asked,
          ProblemCode.NO_IDENTITY,
          "the rule of "
              + policy.describe()
              + " asks who is calling, but mutual TLS is DISABLEd there, so that "
              + (policy.action().value() == Action.ALLOW
                  ? "no caller can satisfy it"
                  : "it never matches"));
    }
  }

  /** Where a rule asks for what only a proven identity has; null when it can do without. */
  private static @Nullable Position asksForIdentity(Rule rule) {
    Stream<Condition> conditions =
        rule.when().stream().filter(when -> isIdentity(when) && !when.values().in().isEmpty());
    List<List<Located<String>>> sources = rule.from().stream().map(CallerChecks::identity).toList();
    return conditions
        .map(Condition::at)
        .findFirst()
        .orElse(
            sources.isEmpty() || sources.stream().anyMatch(List::isEmpty)
                ? null
                : sources.getFirst().getFirst().at());
  }

  private static List<Located<String>> identity(Source source) {
    return Stream.of(
            source.principals(),
            source.namespaces(),
            source.serviceAccounts(),
            source.trustDomains())
        .map(Values::in)
        .flatMap(List::stream)
        .toList();
  }

  private static boolean isIdentity(Condition condition) {
    return switch (condition.attribute()) {
      case SOURCE_NAMESPACE, SOURCE_SERVICE_ACCOUNT, SOURCE_PRINCIPAL, SOURCE_TRUST_DOMAIN -> true;
      default -> false;
    };
  }

  private boolean comesInPlainText(AuthorizationPolicy policy) {
    List<KnownWorkload> selected = workloads.selected(policy.metadata(), policy.selector());
    if (!selected.isEmpty() && selected.stream().noneMatch(KnownWorkload::guessed)) {
      return selected.stream().allMatch(w -> isDisabled(modes.of(subject(w))));
    }
    List<PeerAuthentication> touching =
        scope.of(PeerAuthentication.class).stream().filter(p -> mayTouch(p, policy)).toList();
    return touching.stream().allMatch(p -> p.portModes().isEmpty())
        && touching.stream().allMatch(p -> p.mode().value() == Mode.DISABLE)
        && touching.stream().anyMatch(p -> holdsForAll(p, policy));
  }

  private static PolicySubject subject(KnownWorkload workload) {
    return new PolicySubject(workload.namespace(), "", workload.labels(), null);
  }

  private static boolean isDisabled(PeerModes.Modes modes) {
    return modes.mtls() == MtlsMode.DISABLE
        && modes.ports().values().stream().allMatch(mode -> mode == MtlsMode.DISABLE);
  }

  private boolean mayTouch(PeerAuthentication peer, AuthorizationPolicy policy) {
    return (scope.isRoot(peer.metadata())
            || scope.isRoot(policy.metadata())
            || peer.metadata().namespace().equals(policy.metadata().namespace()))
        && peer.selector().isCompatibleWith(policy.selector());
  }

  private boolean holdsForAll(PeerAuthentication peer, AuthorizationPolicy policy) {
    return (scope.isRoot(peer.metadata()) && peer.selector().isEmpty()
            || peer.metadata().namespace().equals(policy.metadata().namespace()))
        && peer.selector().matches(policy.selector().matchLabels());
  }

  private static boolean hasMode(PeerAuthentication policy, Mode mode) {
    return policy.mode().value() == mode
        || policy.portModes().values().stream().anyMatch(port -> port.value() == mode);
  }
}
