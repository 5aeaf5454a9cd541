package io.heraldmesh.jwt;

/** Where the keys of a {@link JwtRule} come from. */
public sealed interface KeySource {

  /** {@code jwks}: the key set stands in the rule. */
  record Inline(String jwks) implements KeySource {}

  /** {@code jwksUri}. */
  record Remote(String uri) implements KeySource {}

  /** Neither given: OpenID Connect discovery below the issuer. */
  record Discovered(String issuer) implements KeySource {}
}
