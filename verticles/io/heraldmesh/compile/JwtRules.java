package io.heraldmesh.compile;

import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.resource.problem.Located;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code jwtRules[]} as it is enforced. */
final class JwtRules {
  private JwtRules() {}

  static JwtRule compile(io.heraldmesh.resource.JwtRule rule) {
    return new JwtRule(
        rule.issuer().value(),
        texts(rule.audiences()),
        keys(rule),
        rule.fromHeaders().stream()
            .map(h -> new JwtRule.HeaderLocation(h.name().value(), h.prefix()))
            .toList(),
        texts(rule.fromParams()),
        texts(rule.fromCookies()),
        rule.forwardOriginalToken(),
        text(rule.outputPayloadToHeader()),
        rule.outputClaimToHeaders().stream()
            .map(o -> new JwtRule.ClaimHeader(o.header().value(), o.claim().value()))
            .toList(),
        rule.spaceDelimitedClaims().stream()
            .map(Located::value)
            .collect(Collectors.collectingAndThen(Collectors.toSet(), Set::copyOf)),
        rule.timeout());
  }

  private static KeySource keys(io.heraldmesh.resource.JwtRule rule) {
    String jwks = text(rule.jwks());
    String uri = text(rule.jwksUri());
    if (jwks != null) {
      return new KeySource.Inline(jwks);
    }
    return uri == null
        ? new KeySource.Discovered(rule.issuer().value())
        : new KeySource.Remote(uri);
  }

  private static List<String> texts(List<Located<String>> values) {
    return values.stream().map(Located::value).toList();
  }

  private static @Nullable String text(@Nullable Located<String> value) {
    return value == null ? null : value.value();
  }
}
