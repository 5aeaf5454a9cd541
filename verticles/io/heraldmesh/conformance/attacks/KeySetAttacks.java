package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Locale;

/** What a key server may answer, as far as it shows without a server. */
final class KeySetAttacks {
  private static final String NAMES = "policy names jwksUri ";
  private static final String NEEDS_SERVER =
      "needs a key server over time; KeySetServiceTest drives it";

  private KeySetAttacks() {}

  static Outcome judge(JsonNode config, JsonNode attack) {
    if (!attack.path("class").asText().equals("jwks-endpoint")) {
      return Outcome.notUnderstood("class " + attack.path("class").asText());
    }
    String behaviour = attack.path("behaviour").asText();
    if (behaviour.startsWith(NAMES)) {
      return named(behaviour.substring(NAMES.length()));
    }
    if (behaviour.startsWith("{")) {
      return document(behaviour);
    }
    return switch (behaviour) {
      case "RSA key with d" -> withPrivateMember(key(config, "RSA"));
      case "e=2" -> refused(key(config, "RSA").put("e", "Ag"));
      case "even modulus" -> refused(evenModulus(key(config, "RSA")));
      case "EC point not on curve" -> refused(offCurve(key(config, "EC")));
      case "use: enc" -> refused(key(config, "EC").put("use", "enc"));
      // Refused or accepted, as the file says: Herald refuses a coordinate of the wrong length.
      case "x without leading zero byte" -> refused(shortX(key(config, "EC")));
      default ->
          behaviour.matches("302 to .*|.*requests/s.*|.*proxies.*|max-age.*")
              ? Outcome.skipped(NEEDS_SERVER)
              : Outcome.notUnderstood("behaviour " + behaviour);
    };
  }

  private static Outcome named(String uri) {
    Resources read =
        ResourceReader.read(
            "policy.yaml",
            TokenRules.resource(
                "- {issuer: 'https://issuer.test', jwksUri: '%s'}\n"
                    .formatted(uri.replace("PORT", "9999"))));
    return Outcome.accepted(false, !read.problems().hasErrors(), "lint says nothing");
  }

  /** No answer may become a set that accepts everything: it is an error, or a set without keys. */
  private static Outcome document(String text) {
    try {
      return Outcome.accepted(false, !KeySet.parse(text).isEmpty(), "has keys");
    } catch (InvalidKeySet e) {
      return Outcome.asExpected();
    }
  }

  private static Outcome withPrivateMember(ObjectNode key) {
    try {
      KeySet set = KeySet.parse(set(key.put("d", "AQAB")));
      boolean told = set.warnings().stream().noneMatch(n -> n.text().contains("AQAB"));
      return Outcome.unless(
          set.keys().size() == 1 && !set.warnings().isEmpty() && told
              ? ""
              : "the public half is not used with a warning: " + set.skipped());
    } catch (InvalidKeySet e) {
      return Outcome.wrong("refused: " + e.getMessage());
    }
  }

  private static Outcome refused(ObjectNode key) {
    try {
      return Outcome.accepted(false, !KeySet.parse(set(key)).isEmpty(), "the key is taken");
    } catch (InvalidKeySet e) {
      return Outcome.asExpected();
    }
  }

  private static ObjectNode evenModulus(ObjectNode key) {
    byte[] n = Base64.getUrlDecoder().decode(key.get("n").asText());
    n[n.length - 1] &= (byte) 0xfe;
    return key.put("n", Base64.getUrlEncoder().withoutPadding().encodeToString(n));
  }

  private static ObjectNode offCurve(ObjectNode key) {
    byte[] y = Base64.getUrlDecoder().decode(key.get("y").asText());
    y[y.length - 1] ^= 1;
    return key.put("y", Base64.getUrlEncoder().withoutPadding().encodeToString(y));
  }

  private static ObjectNode shortX(ObjectNode key) {
    byte[] x = Base64.getUrlDecoder().decode(key.get("x").asText());
    byte[] shorter = new BigInteger(1, x).shiftRight(8).toByteArray();
    return key.put("x", Base64.getUrlEncoder().withoutPadding().encodeToString(shorter));
  }

  private static String set(ObjectNode key) {
    return "{\"keys\":[" + key + "]}";
  }

  private static ObjectNode key(JsonNode config, String type) {
    for (JsonNode key : config.get("jwks").get("keys")) {
      if (key.path("kty").asText().equals(type)) {
        return key.deepCopy();
      }
    }
    throw new IllegalArgumentException("no key of type " + type.toUpperCase(Locale.ROOT));
  }
}
