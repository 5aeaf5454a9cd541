package io.heraldmesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** The tokens of the attack data: as they stand, or made as {@code gen} says. */
public final class AttackTokens {
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

  private AttackTokens() {}

  /**
   * @param token a text, or an object with {@code gen}
   * @param keys private keys in PEM, by name
   */
  public static String token(JsonNode token, JsonNode keys) {
    if (token.isTextual()) {
      return token.asText();
    }
    JsonNode gen = token.get("gen");
    String input = encode(gen.get("header").toString()) + "." + encode(payload(gen));
    return input + "." + BASE64URL.encodeToString(rs256(keys.get(gen.get("sign").asText()), input));
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
    for (int i = 0; gen.has("extra_claims") && i < gen.get("extra_claims").asInt(); i++) {
      claims.put("c" + i, i);
    }
    return claims.toString();
  }

  private static String encode(String text) {
    return BASE64URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] rs256(JsonNode pem, String input) {
    String base64 = pem.asText().replaceAll("-----[A-Z ]+-----|\\s", "");
    try {
      PrivateKey key =
          KeyFactory.getInstance("RSA")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
      Signature signer = Signature.getInstance("SHA256withRSA");
      signer.initSign(key);
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
