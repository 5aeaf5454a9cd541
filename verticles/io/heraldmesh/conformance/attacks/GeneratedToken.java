package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.PrivateKeyPem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Iterator;
import java.util.Set;

/** Tokens of the attack data: as they stand, or made as {@code gen} says. */
final class GeneratedToken {
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
  private static final Set<String> WORDS =
      Set.of("header", "payload", "claims", "depth", "pad_claim_kib", "extra_claims", "sign");

  private GeneratedToken() {}

  /**
   * @param token a text, or an object with {@code gen}
   * @param keys private keys in PEM, by name
   * @throws IllegalArgumentException when {@code gen} has a word that means nothing here
   */
  static String of(JsonNode token, JsonNode keys) throws GeneralSecurityException {
    if (token.isTextual()) {
      return token.asText();
    }
    JsonNode gen = token.path("gen");
    for (Iterator<String> words = gen.fieldNames(); words.hasNext(); ) {
      String word = words.next();
      if (!WORDS.contains(word)) {
        throw new IllegalArgumentException("gen." + word + " is not understood");
      }
    }
    String input = encode(gen.get("header").toString()) + "." + encode(payload(gen));
    return input + "." + sign(keys.path(gen.get("sign").asText()).asText(), input);
  }

  private static String payload(JsonNode gen) {
    if (gen.has("depth")) {
      int depth = gen.get("depth").asInt();
      return "{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
    }
    ObjectNode claims = gen.get("claims").deepCopy();
    if (gen.has("pad_claim_kib")) {
      claims.put("pad", "x".repeat(1024 * gen.get("pad_claim_kib").asInt()));
    }
    for (int i = 0; i < gen.path("extra_claims").asInt(); i++) {
      claims.put("c" + i, i);
    }
    return claims.toString();
  }

  private static String encode(String text) {
    return BASE64URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String sign(String pem, String input) throws GeneralSecurityException {
    PrivateKey key = PrivateKeyPem.parse(pem, Crypto.jdk());
    Signature signer = Crypto.jdk().signature("SHA256withRSA");
    signer.initSign(key);
    signer.update(input.getBytes(StandardCharsets.US_ASCII));
    return BASE64URL.encodeToString(signer.sign());
  }
}
