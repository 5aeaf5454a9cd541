package io.heraldmesh.fuzz;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jwt.SignedJWT;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.jwt.TokenRefusal;
import io.heraldmesh.jwt.TokenResult;
import io.heraldmesh.jwt.TokenVerifier;
import io.heraldmesh.jwt.VerifiedToken;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Tokens and key sets. The first byte says what the rest is: a token as it stands; a header and a
 * payload with a zero byte between them, which get a good signature when all else is good; or a key
 * set. What Herald accepts, Nimbus must accept with the same key and read in the same way.
 */
public final class JwtFuzz {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final JwtRule RULE = rule(FuzzKeys.jwks());
  private static final TokenVerifier VERIFIER = new TokenVerifier(List.of(RULE), Crypto.jdk());

  private JwtFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    if (data.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(data, 1, data.length);
    switch (data[0] & 3) {
      case 0 -> token(new String(rest, StandardCharsets.ISO_8859_1));
      case 1, 2 -> signed(rest);
      default -> keySet(new String(rest, StandardCharsets.UTF_8));
    }
  }

  private static void token(String token) throws JOSEException {
    if (verify(token) instanceof TokenResult.Verified verified) {
      agree(token, verified.token());
    }
  }

  private static void signed(byte[] parts) throws Exception {
    int zero = 0;
    while (zero < parts.length && parts[zero] != 0) {
      zero++;
    }
    byte[] header = Arrays.copyOf(parts, zero);
    byte[] payload = Arrays.copyOfRange(parts, Math.min(zero + 1, parts.length), parts.length);
    // with a signature of zeros everything else is checked first
    String input = FuzzKeys.base64(header) + "." + FuzzKeys.base64(payload);
    String unsigned = input + "." + FuzzKeys.base64(new byte[64]);
    TokenResult result = verify(unsigned);
    Disagreement.unless(
        !(result instanceof TokenResult.Verified), "a signature of zeros is accepted");
    if (result instanceof TokenResult.Refused(TokenRefusal reason, int _, String _)
        && reason == TokenRefusal.SIGNATURE) {
      for (FuzzKeys.Key key : FuzzKeys.ALL) {
        token(input + "." + FuzzKeys.base64(key.sign(input)));
      }
    }
  }

  /** A token that Herald accepts under a key set was signed by a key that stands in the set. */
  private static void keySet(String json) {
    KeySet keys;
    try {
      keys = KeySet.parse(json);
    } catch (InvalidKeySet e) {
      return;
    }
    Disagreement.unless(keys.keys().size() <= KeySet.MAX_KEYS, "more keys than allowed");
    JwtRule rule = rule(json);
    TokenVerifier verifier = new TokenVerifier(List.of(rule), Crypto.jdk());
    for (FuzzKeys.Key key : FuzzKeys.ALL) {
      boolean accepted =
          verifier.verify(key.sample(), List.of(rule), KeySets.NONE, NOW)
              instanceof TokenResult.Verified;
      Disagreement.unless(
          !accepted || key.standsIn(json), "accepted with a key that is not in the set");
    }
  }

  private static TokenResult verify(String token) {
    return VERIFIER.verify(token, List.of(RULE), KeySets.NONE, NOW);
  }

  private static void agree(String token, VerifiedToken read) throws JOSEException {
    try {
      JWSObject jws = JWSObject.parse(token);
      boolean good = false;
      for (FuzzKeys.Key key : FuzzKeys.ALL) {
        good |= key.verifies(jws);
      }
      Disagreement.unless(good, "accepted, and Nimbus finds no key that signed it");
      var claims = SignedJWT.parse(token).getJWTClaimsSet();
      Date expires = claims.getExpirationTime();
      Disagreement.unless(read.issuer().equals(claims.getIssuer()), "another issuer");
      Disagreement.unless(
          read.subject() == null
              ? claims.getSubject() == null
              : read.subject().equals(claims.getSubject()),
          "another subject");
      Disagreement.unless(
          Set.copyOf(read.audiences()).equals(Set.copyOf(claims.getAudience())),
          "another audience");
      Disagreement.unless(
          expires != null && !expires.toInstant().isBefore(NOW.minusSeconds(60)), "expired");
    } catch (ParseException e) {
      // Nimbus is strict where it does not matter for the signature, with a "typ" that is no text
    }
  }

  private static JwtRule rule(String jwks) {
    return new JwtRule(
        FuzzKeys.ISSUER,
        List.of(),
        new KeySource.Inline(jwks),
        List.of(),
        List.of(),
        List.of(),
        false,
        null,
        List.of(),
        Set.of());
  }
}
