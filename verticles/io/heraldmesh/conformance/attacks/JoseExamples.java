package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.JwsVerifier;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenResult;
import java.time.Instant;

/** The examples of RFC 7515, 7519 and 7520: their signature, and as tokens today and then. */
final class JoseExamples implements Corpus {
  private static final Instant TODAY = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("cases", "token", "jwk", "signature_only", "as_jwt_now");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    for (JsonNode example : file.json().get("cases")) {
      String id = example.path("id").asText();
      String signature = example.path("signature_only").asText();
      cases.judge(
          id + " signature",
          "signature-only",
          signature.equals("valid"),
          () -> signature(example, signature));
      cases.judge(
          id + " now",
          "as-jwt",
          false,
          () -> token(example, example.get("as_jwt_now").asText(), TODAY));
      JsonNode then = example.path("claims_valid_at");
      if (then.isNumber()) {
        cases.judge(
            id + " then",
            "as-jwt",
            true,
            () -> token(example, "valid", Instant.ofEpochSecond(then.asLong())));
      }
    }
  }

  private static Outcome signature(JsonNode example, String expected) throws InvalidKeySet {
    KeySet keys = keys(example);
    String token = example.get("token").asText();
    return Expected.validity(
        expected,
        Crypto.all().stream().map(c -> new JwsVerifier(c).verify(token, keys) == null).toList(),
        example.path("note").asText());
  }

  private static Outcome token(JsonNode example, String expected, Instant now)
      throws InvalidKeySet {
    KeySet set = keys(example);
    KeySets keys = source -> set;
    TokenRules rules =
        TokenRules.of(
            """
            - {issuer: joe, jwksUri: "https://joe.test/jwks"}
            """);
    String token = example.get("token").asText();
    return Expected.validity(
        expected,
        Crypto.all().stream()
            .map(c -> rules.verify(token, keys, now, c) instanceof TokenResult.Verified)
            .toList(),
        example.path("note").asText());
  }

  private static KeySet keys(JsonNode example) throws InvalidKeySet {
    return KeySet.parseSetOrKey(example.get("jwk").toString());
  }
}
