package io.heraldmesh.compile;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;

/** Keys that stand in a rule and verify nothing: whoever wrote them expects them to. */
final class KeySetChecks {
  private final MeshScope scope;
  private final ProblemCollector found;

  KeySetChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    for (RequestAuthentication authentication : scope.of(RequestAuthentication.class)) {
      for (JwtRule rule : authentication.jwtRules()) {
        Located<String> jwks = rule.jwks();
        if (jwks != null) {
          check(jwks);
        }
      }
    }
  }

  private void check(Located<String> jwks) {
    try {
      KeySet set = KeySet.parse(jwks.value());
      for (KeySet.Note note : set.skipped()) {
        found.add(jwks.at(), ProblemCode.UNUSABLE_KEY, note + "; it verifies no token");
      }
      if (set.isEmpty()) {
        found.add(
            jwks.at(),
            ProblemCode.UNUSABLE_KEY,
            "jwks has no key that can be used, so that every token of its issuer is refused");
      }
    } catch (InvalidKeySet e) {
      found.add(
          jwks.at(),
          ProblemCode.UNUSABLE_KEY,
          e.getMessage() + ", so that every token of its issuer is refused");
    }
  }
}
