package io.heraldmesh.jwt;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a JWS header may say (RFC 7515 section 4): the algorithm and the key's name. Key material
 * and addresses of it ({@code jwk, jku, x5c, x5u}) are not even read.
 */
record JwsHeader(Algorithm algorithm, @Nullable String kid) {

  static JwsHeader parse(byte[] json) throws RefusedToken {
    Map<String, @Nullable Object> members;
    try {
      members = StrictJson.object(json);
    } catch (StrictJson.Malformed e) {
      throw new RefusedToken(TokenRefusal.HEADER_JSON);
    }
    if (!(members.get("alg") instanceof String alg)) {
      throw new RefusedToken(TokenRefusal.ALG_MISSING);
    }
    Algorithm algorithm = Algorithm.named(alg);
    if (algorithm == null) {
      throw new RefusedToken(TokenRefusal.ALG_UNSUPPORTED);
    }
    // RFC 7515 section 4.1.11: what is critical and not understood makes the JWS invalid; Herald
    // understands no extension.
    if (members.containsKey("crit")) {
      throw new RefusedToken(TokenRefusal.CRIT_UNSUPPORTED);
    }
    // RFC 7797 makes the payload another one; a service that follows it would read what was not
    // checked here. Its section 6 wants crit with it, so that false alone is a mistake or a trick.
    if (members.containsKey("b64") && !Boolean.TRUE.equals(members.get("b64"))) {
      throw new RefusedToken(TokenRefusal.B64_UNSUPPORTED);
    }
    // RFC 7516 section 4.1.3: for encrypted tokens only. Whoever inflated the payload, or not,
    // would
    // read another one.
    if (members.containsKey("zip")) {
      throw new RefusedToken(TokenRefusal.ZIP_UNSUPPORTED);
    }
    Object kid = members.get("kid");
    if (members.containsKey("kid") && !(kid instanceof String)) {
      throw new RefusedToken(TokenRefusal.KID_TYPE);
    }
    return new JwsHeader(algorithm, (String) kid);
  }
}
