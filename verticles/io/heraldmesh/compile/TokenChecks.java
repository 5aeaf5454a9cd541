package io.heraldmesh.compile;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules that ask for a verified token where none is verified, or none of that issuer. */
final class TokenChecks {
  private final MeshScope scope;
  private final KnownWorkloads workloads;
  private final ProblemCollector found;
  private final List<RequestAuthentication> authentications;

  TokenChecks(MeshScope scope, KnownWorkloads workloads, ProblemCollector found) {
    this.scope = scope;
    this.workloads = workloads;
    this.found = found;
    this.authentications =
        scope.of(RequestAuthentication.class).stream()
            .filter(r -> r.targetRefs().isEmpty() && !r.jwtRules().isEmpty())
            .toList();
  }

  void check() {
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      boolean asks =
          policy.targetRefs().isEmpty()
              && policy.rules().stream()
                  .anyMatch(r -> asksForToken(r) != null || !principals(r).isEmpty());
      if (asks) {
        Set<String> issuers = issuers(policy);
        policy.rules().forEach(rule -> check(policy, rule, issuers));
      }
    }
  }

  private void check(AuthorizationPolicy policy, Rule rule, Set<String> issuers) {
    Position asked = asksForToken(rule);
    if (asked != null && issuers.isEmpty()) {
      found.add(
          asked,
          ProblemCode.NO_TOKEN,
          "the rule of "
              + policy.describe()
              + " asks for a verified token, but no RequestAuthentication verifies any there, so"
              + " that "
              + (policy.action().value() == Action.ALLOW
                  ? "no caller can satisfy it"
                  : "it never matches"));
      return;
    }
    for (Located<String> principal :
        issuers.isEmpty() ? List.<Located<String>>of() : principals(rule)) {
      String issuer = issuer(principal.value());
      if (issuer != null && !issuers.contains(issuer)) {
        found.add(
            principal.at(),
            ProblemCode.NO_TOKEN,
            "no RequestAuthentication that holds for "
                + policy.describe()
                + " accepts tokens of the issuer "
                + Shown.quoted(issuer),
            "correct the issuer, or add a jwtRule for it");
      }
    }
  }

  /** Where a rule asks for what only a verified token has; null when it can do without. */
  private static @Nullable Position asksForToken(Rule rule) {
    List<List<Located<String>>> sources =
        rule.from().stream().map(s -> s.requestPrincipals().in()).toList();
    return rule.when().stream()
        .filter(when -> isToken(when.attribute()) && !when.values().in().isEmpty())
        .map(Condition::at)
        .findFirst()
        .orElse(
            sources.isEmpty() || sources.stream().anyMatch(List::isEmpty)
                ? null
                : sources.getFirst().getFirst().at());
  }

  private static boolean isToken(Attribute attribute) {
    return switch (attribute) {
      case REQUEST_PRINCIPAL, REQUEST_AUDIENCES, REQUEST_PRESENTER, REQUEST_CLAIM -> true;
      default -> false;
    };
  }

  private static List<Located<String>> principals(Rule rule) {
    return Stream.concat(
            rule.from().stream().map(Source::requestPrincipals),
            rule.when().stream()
                .filter(when -> when.attribute() == Attribute.REQUEST_PRINCIPAL)
                .map(Condition::values))
        .flatMap(values -> Stream.concat(values.in().stream(), values.notIn().stream()))
        .toList();
  }

  /** The issuer that a pattern names in full: what stands before the last slash. */
  private static @Nullable String issuer(String pattern) {
    int slash = pattern.lastIndexOf('/');
    String issuer = slash < 0 ? "" : pattern.substring(0, slash);
    return issuer.isEmpty() || issuer.contains("*") ? null : issuer;
  }

  private Set<String> issuers(AuthorizationPolicy policy) {
    List<KnownWorkload> selected = workloads.selected(policy.metadata(), policy.selector());
    Stream<JwtRule> current =
        authentications.stream()
            .filter(authentication -> mayMeet(authentication, policy, selected))
            .flatMap(authentication -> authentication.jwtRules().stream());
    Stream<JwtRule> older =
        scope.of(AuthenticationPolicy.class).stream()
            .filter(p -> p.isMeshWide() || mayShare(p.metadata(), policy.metadata()))
            .flatMap(p -> p.origins().stream())
            .map(AuthenticationPolicy.Origin::rule);
    return Stream.concat(current, older)
        .map(JwtRule::issuer)
        .map(Located::value)
        .collect(Collectors.toSet());
  }

  private boolean mayShare(Metadata one, Metadata other) {
    return scope.isRoot(one) || scope.isRoot(other) || one.namespace().equals(other.namespace());
  }

  /**
   * Whether both may select one workload.
   *
   * @param selected by the policy, as far as is known
   */
  private boolean mayMeet(
      RequestAuthentication authentication,
      AuthorizationPolicy policy,
      List<KnownWorkload> selected) {
    return mayShare(authentication.metadata(), policy.metadata())
        && (selected.isEmpty()
            ? authentication.selector().isCompatibleWith(policy.selector())
            : selected.stream()
                .filter(
                    w ->
                        scope.isRoot(authentication.metadata())
                            || authentication.metadata().namespace().equals(w.namespace()))
                .anyMatch(w -> w.maySatisfy(authentication.selector())));
  }
}
