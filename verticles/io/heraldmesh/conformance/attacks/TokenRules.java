package io.heraldmesh.conformance.attacks;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenResult;
import io.heraldmesh.jwt.TokenVerifier;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.time.Instant;
import java.util.List;

/** Rules of a RequestAuthentication, read and compiled as {@code herald verify jwt} does. */
record TokenRules(List<JwtRule> rules) {

  /**
   * @param jwtRules a YAML list
   * @throws IllegalArgumentException when they have errors
   */
  static TokenRules of(String jwtRules) {
    Resources resources = ResourceReader.read("rules.yaml", resource(jwtRules));
    if (resources.problems().hasErrors()) {
      throw new IllegalArgumentException(resources.problems().text());
    }
    return new TokenRules(new MeshCompiler(new TrustDomain("mesh.test")).jwtRules(resources));
  }

  /** A RequestAuthentication of the namespace {@code a} with these rules. */
  static String resource(String jwtRules) {
    return """
    apiVersion: security.istio.io/v1
    kind: RequestAuthentication
    metadata: {name: rules, namespace: a}
    spec:
      jwtRules:
    """
        + jwtRules.indent(2);
  }

  TokenResult verify(String token, KeySets keys, Instant now, Crypto crypto) {
    return new TokenVerifier(rules, crypto).verify(token, rules, keys, now);
  }
}
