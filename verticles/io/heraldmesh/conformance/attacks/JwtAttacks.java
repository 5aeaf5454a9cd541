package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenResult;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Known attacks on JWT verifiers: tokens, where tokens stand, and what key servers answer. */
final class JwtAttacks implements Corpus {
  private static final Set<String> CLASSES =
      Set.of(
          "control",
          "alg-none",
          "alg-confusion",
          "psychic-signature",
          "sig-encoding",
          "header-params",
          "kid",
          "time",
          "aud",
          "iss",
          "claims",
          "size",
          "weak");

  @Override
  public boolean reads(DataFile file) {
    JsonNode config = file.json().path("config");
    return config.has("issuer")
        && config.has("jwks")
        && (file.json().has("cases") || file.json().has("placement") || file.json().has("jwks"));
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode data = file.json();
    for (JsonNode attack : data.path("cases")) {
      String kind = attack.path("class").asText();
      cases.judge(
          attack.path("id").asText(), kind, kind.equals("control"), () -> token(data, attack));
    }
    for (JsonNode attack : data.path("placement")) {
      cases.judge(
          attack.path("id").asText(),
          attack.path("class").asText(),
          attack.path("expect").asText().startsWith("200"),
          () -> new TokenPlacement(data).judge(attack));
    }
    for (JsonNode attack : data.path("jwks")) {
      cases.judge(
          attack.path("id").asText(),
          attack.path("class").asText(),
          false,
          () -> KeySetAttacks.judge(data.get("config"), attack));
    }
  }

  private static Outcome token(JsonNode data, JsonNode attack) throws Exception {
    String kind = attack.path("class").asText();
    if (!CLASSES.contains(kind)) {
      return Outcome.notUnderstood("class " + kind);
    }
    TokenRules rules = TokenRules.of(rules(data.get("config"), kind.equals("weak")));
    JsonNode now = attack.has("now") ? attack.get("now") : data.path("now_default");
    Instant at = Instant.ofEpochSecond(now.asLong());
    String token = GeneratedToken.of(attack.get("token"), data.path("signing_keys_pem"));
    long start = System.nanoTime();
    List<TokenResult> results =
        Crypto.all().stream().map(c -> rules.verify(token, KeySets.NONE, at, c)).toList();
    if (System.nanoTime() - start > 5_000_000_000L) {
      return Outcome.wrong("took longer than 5 s");
    }
    return Expected.acceptance(
        attack.path("expect").asText(),
        results.stream().map(TokenResult.Verified.class::isInstance).toList(),
        detail(results.getFirst()));
  }

  /** The two issuers of the file, each with its keys and the audiences. */
  static String rules(JsonNode config, boolean weak) {
    ObjectNode keys = config.get("jwks").deepCopy();
    if (weak) {
      config.path("extra_weak_keys").forEach(key -> keys.withArray("keys").add(key));
    }
    return rule(config, config.get("issuer").asText(), keys.toString())
        + rule(config, config.get("issuer_b").asText(), config.get("jwks_b").toString());
  }

  private static String rule(JsonNode config, String issuer, String jwks) {
    return "- {issuer: '%s', audiences: %s, jwks: '%s'}\n"
        .formatted(issuer, config.get("audiences"), jwks);
  }

  private static String detail(TokenResult result) {
    return switch (result) {
      case TokenResult.Verified verified -> "verified";
      case TokenResult.Refused refused -> refused.reason().name();
    };
  }
}
