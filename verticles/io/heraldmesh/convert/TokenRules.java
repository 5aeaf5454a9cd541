package io.heraldmesh.convert;

import static io.heraldmesh.convert.Document.map;

import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Origin;
import io.heraldmesh.resource.AuthenticationPolicy.TriggerRule;
import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.problem.Located;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code origins} as a RequestAuthentication, which says what a good token is, and a DENY policy,
 * which refuses what has none where one is asked for. A DENY never opens what another policy keeps
 * shut, as an ALLOW beside others would.
 */
final class TokenRules {
  /** Groups of origins with unlike rules; the policy's rules double with each. */
  static final int MAX_GROUPS = 4;

  private TokenRules() {}

  static Map<String, Object> authentication(AuthenticationPolicy policy, Scope scope) {
    return Document.of(
        "RequestAuthentication",
        scope.namespace(),
        scope.name(),
        map(
            "selector",
            Document.selector(scope.labels()),
            "jwtRules",
            policy.origins().stream().map(o -> rule(o.rule())).toList()));
  }

  private static Map<String, Object> rule(JwtRule rule) {
    return map(
        "issuer",
        rule.issuer().value(),
        "audiences",
        texts(rule.audiences()),
        "jwksUri",
        text(rule.jwksUri()),
        "jwks",
        text(rule.jwks()),
        "fromHeaders",
        orNull(
            rule.fromHeaders().stream()
                .map(
                    h ->
                        map(
                            "name",
                            h.name().value(),
                            "prefix",
                            h.prefix().isEmpty() ? null : h.prefix()))
                .toList()),
        "fromParams",
        texts(rule.fromParams()),
        "forwardOriginalToken",
        true);
  }

  /** How many groups of origins are asked on the same paths. */
  static int groups(AuthenticationPolicy policy) {
    return byTriggers(policy).size();
  }

  /** Where a token of one of these issuers is asked for. */
  record Asked(PathSet paths, List<String> issuers) {}

  /** Every path is in one of them at most: in that of all the groups that are asked there. */
  static List<Asked> asked(AuthenticationPolicy policy) {
    List<Map.Entry<List<TriggerRule>, List<String>>> groups =
        List.copyOf(byTriggers(policy).entrySet());
    List<Asked> all = new ArrayList<>();
    for (int subset = 1; subset < 1 << groups.size(); subset++) {
      PathSet paths = PathSet.ALL;
      List<String> issuers = new ArrayList<>();
      for (int i = 0; i < groups.size(); i++) {
        List<TriggerRule> triggers = groups.get(i).getKey();
        boolean in = (subset >> i & 1) == 1;
        paths = paths.and(in ? PathSet.triggered(triggers) : PathSet.untriggered(triggers));
        issuers.addAll(in ? groups.get(i).getValue() : List.of());
      }
      if (!paths.cells().isEmpty()) {
        all.add(new Asked(paths, issuers));
      }
    }
    return all;
  }

  static Map<String, Object> requirement(AuthenticationPolicy policy, Scope scope) {
    List<Object> rules = new ArrayList<>();
    for (Asked asked : asked(policy)) {
      List<String> principals = asked.issuers().stream().map(issuer -> issuer + "/*").toList();
      rules.addAll(rules(asked.paths(), principals, scope));
    }
    return Document.of(
        "AuthorizationPolicy",
        scope.namespace(),
        scope.name(),
        map("selector", Document.selector(scope.labels()), "action", "DENY", "rules", rules));
  }

  /** Three rules, because a CORS preflight needs no token: no OPTIONS, or one that is none. */
  private static List<Object> rules(PathSet paths, List<String> issuers, Scope scope) {
    return List.of(
        map("from", without(issuers), "to", operations(paths, scope, "notMethods")),
        map(
            "from",
            without(issuers),
            "to",
            operations(paths, scope, "methods"),
            "when",
            absent("origin")),
        map(
            "from",
            without(issuers),
            "to",
            operations(paths, scope, "methods"),
            "when",
            absent("access-control-request-method")));
  }

  /** A list of its own each time: two mentions of one would be written as an anchor and alias. */
  private static List<Object> without(List<String> principals) {
    return List.of(map("source", map("notRequestPrincipals", new ArrayList<>(principals))));
  }

  private static List<Object> absent(String header) {
    return List.of(map("key", "request.headers[" + header + "]", "notValues", List.of("*")));
  }

  private static List<Object> operations(PathSet paths, Scope scope, String methods) {
    List<Object> operations = new ArrayList<>();
    for (PathSet.Cell cell : paths.cells()) {
      operations.add(
          map(
              "operation",
              map(
                  methods,
                  List.of("OPTIONS"),
                  "paths",
                  orNull(cell.paths().stream().map(PathPattern::written).toList()),
                  "notPaths",
                  orNull(cell.notPaths().stream().map(PathPattern::written).toList()),
                  "ports",
                  orNull(scope.ports().stream().map(String::valueOf).toList()),
                  "notPorts",
                  orNull(scope.notPorts().stream().map(String::valueOf).toList()))));
    }
    return operations;
  }

  private static Map<List<TriggerRule>, List<String>> byTriggers(AuthenticationPolicy policy) {
    Map<List<String>, List<TriggerRule>> alike = new LinkedHashMap<>();
    Map<List<TriggerRule>, List<String>> groups = new LinkedHashMap<>();
    for (Origin origin : policy.origins()) {
      List<TriggerRule> triggers =
          alike.computeIfAbsent(shape(origin.triggers()), s -> origin.triggers());
      groups.computeIfAbsent(triggers, t -> new ArrayList<>()).add(origin.rule().issuer().value());
    }
    return groups;
  }

  /** The rules without the places where they stand. */
  private static List<String> shape(List<TriggerRule> rules) {
    return rules.stream()
        .map(
            r ->
                r.excluded().stream().map(p -> p.form() + ":" + p.text().value()).toList()
                    + " but "
                    + r.included().stream().map(p -> p.form() + ":" + p.text().value()).toList())
        .toList();
  }

  private static @Nullable List<String> texts(List<Located<String>> values) {
    return orNull(values.stream().map(Located::value).toList());
  }

  private static @Nullable String text(@Nullable Located<String> value) {
    return value == null ? null : value.value();
  }

  private static <T> @Nullable List<T> orNull(List<T> list) {
    return list.isEmpty() ? null : list;
  }
}
