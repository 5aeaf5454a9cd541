package io.heraldmesh.jwt;

import java.util.List;
import java.util.Set;

/** Rules for tests. */
final class Rules {
  private Rules() {}

  static JwtRule remote(String issuer, String... audiences) {
    return rule(issuer, new KeySource.Remote("https://keys.test/" + issuer), audiences);
  }

  static JwtRule rule(String issuer, KeySource keys, String... audiences) {
    return new JwtRule(
        issuer,
        List.of(audiences),
        keys,
        List.of(),
        List.of(),
        List.of(),
        false,
        null,
        List.of(),
        Set.of());
  }
}
