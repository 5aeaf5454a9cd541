package io.heraldmesh.conformance.envoy;

import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Herald and Envoy's filters on one call. */
final class Comparison {
  private final Enforcement enforcement;
  private final List<RbacFilter> filters;
  private final boolean custom;

  /**
   * @param custom the policies ask a provider: Envoy's shadow rules say of which calls, and Herald,
   *     which has none to ask, denies just those
   */
  Comparison(Enforcement enforcement, List<RbacFilter> filters, boolean custom) {
    this.enforcement = enforcement;
    this.filters = filters;
    this.custom = custom;
  }

  /** How the two differ on {@code call}; empty when they agree. */
  Optional<String> difference(Call call) {
    Decision decision = decide(enforcement, call);
    int status = OfflineCall.status(decision);
    boolean allowed = status == 200;
    if (!allowed && status != (call.http() == null ? 0 : 403)) {
      return Optional.of("not decided by policy: " + decision);
    }
    boolean permitted = filters.stream().allMatch(filter -> permits(filter, call));
    if (allowed != permitted) {
      return Optional.of(
          (allowed ? "Herald allows, Envoy denies: " : "Herald denies, Envoy allows: ")
              + decision.reason().detail());
    }
    for (RbacFilter filter : filters) {
      Optional<String> reported = reported(filter, call, decision);
      if (reported.isPresent()) {
        return reported;
      }
    }
    return Optional.empty();
  }

  private boolean permits(RbacFilter filter, Call call) {
    return filter.rules().map(rules -> rules.permits(call)).orElse(true)
        && (!custom || filter.shadow().map(rules -> !rules.matches(call)).orElse(true));
  }

  /** What both say without acting on it: policies in dry run, and AUDIT. */
  private Optional<String> reported(RbacFilter filter, Call call, Decision decision) {
    if (!custom && filter.shadow().isPresent()) {
      RbacFilter.Rules rules = filter.shadow().get();
      return reported(rules.action(), rules.matches(call), decision);
    }
    return filter
        .rules()
        .filter(rules -> rules.action().equals("LOG"))
        .flatMap(rules -> reported("AUDIT", rules.matches(call), decision));
  }

  private static Optional<String> reported(String action, boolean matches, Decision decision) {
    boolean said =
        decision.dryRun().stream().anyMatch(d -> d.action().equals(action) && d.matched());
    return said == matches
        ? Optional.empty()
        : Optional.of(action + " in dry run: Envoy " + matches + ", Herald " + said);
  }

  static Decision decide(Enforcement enforcement, Call call) {
    List<Header> headers = new ArrayList<>();
    Call.Http http = call.http();
    if (http != null) {
      for (String name : http.headers()) {
        http.header().forEach(value -> headers.add(new Header(name, value)));
      }
      if (call.token() != null) {
        headers.add(new Header("authorization", "Bearer " + call.token()));
      }
    }
    return new OfflineCall(
            new OfflineCall.Target("foo", "httpbin", "httpbin", Map.of(), call.port(), call.sni()),
            call.peer(),
            call.addresses(),
            http == null
                ? null
                : new OfflineCall.Head(
                    http.method(), http.path() + http.query(), http.host(), headers),
            KeySets.NONE)
        .decide(enforcement);
  }
}
