package io.heraldmesh.compile;

import io.heraldmesh.policy.HeaderField;
import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.JwtRule.ClaimToHeader;
import io.heraldmesh.resource.JwtRule.HeaderLocation;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Conditions on headers, and tokens in headers, that proxies take off before policy looks. */
final class HeaderChecks {
  private final MeshScope scope;
  private final ProblemCollector found;
  private final List<JwtRule> jwtRules;

  HeaderChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
    this.jwtRules =
        Stream.concat(
                scope.of(RequestAuthentication.class).stream().flatMap(r -> r.jwtRules().stream()),
                scope.of(AuthenticationPolicy.class).stream()
                    .flatMap(p -> p.origins().stream())
                    .map(AuthenticationPolicy.Origin::rule))
            .toList();
  }

  void check() {
    jwtRules.stream().flatMap(rule -> rule.fromHeaders().stream()).forEach(this::token);
    Set<String> filled = filled();
    scope.of(AuthorizationPolicy.class).stream()
        .flatMap(policy -> policy.rules().stream())
        .flatMap(rule -> rule.when().stream())
        .filter(when -> when.attribute() == Attribute.REQUEST_HEADER)
        .filter(when -> !filled.contains(HeaderField.canonical(when.arguments().getFirst())))
        .forEach(this::condition);
  }

  private void token(HeaderLocation location) {
    String name = location.name().value();
    if (HeaderField.of(name).isTakenOff()) {
      found.add(
          location.name().at(),
          ProblemCode.HEADER_TAKEN_OFF,
          "no token is found in the header "
              + name
              + ": proxies take it off before tokens are read",
          "have clients send the token in another header, such as authorization");
    }
  }

  private void condition(Condition when) {
    String name = when.arguments().getFirst();
    if (HeaderField.of(name).isTakenOff()) {
      found.add(
          when.key().at(),
          ProblemCode.HEADER_TAKEN_OFF,
          when.key().value()
              + " is never there, since proxies take this header off before policy looks: "
              + (when.values().in().isEmpty()
                  ? "every request matches notValues"
                  : "no value matches"),
          instead(HeaderField.canonical(name)));
    }
  }

  private static String instead(String name) {
    return switch (name) {
      case "x-forwarded-for", "x-real-ip", "forwarded" ->
          "use remoteIpBlocks, or the key remote.ip";
      case "x-forwarded-client-cert" -> "use principals, or the key source.principal";
      default -> ProblemCode.HEADER_TAKEN_OFF.remedy();
    };
  }

  /** What verified tokens are told in, in whatever name it has; policy sees that. */
  private Set<String> filled() {
    return jwtRules.stream()
        .flatMap(
            rule ->
                Stream.concat(
                    Stream.ofNullable(rule.outputPayloadToHeader()),
                    rule.outputClaimToHeaders().stream().map(ClaimToHeader::header)))
        .map(Located::value)
        .map(HeaderField::canonical)
        .collect(Collectors.toSet());
  }
}
