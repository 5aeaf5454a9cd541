package io.heraldmesh.conformance.envoy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.crypto.Crypto;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Signs tokens for the requests of one run, with a key of its own. */
final class Tokens {
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int COORDINATE = 32;

  private final KeyPair key;

  Tokens() {
    try {
      KeyPairGenerator generator = Crypto.jdk().keyPairGenerator("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      key = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A RequestAuthentication of the namespace {@code foo} that takes these issuers' tokens. */
  String rules(Collection<String> issuers) {
    ECPublicKey publicKey = (ECPublicKey) key.getPublic();
    String jwks =
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"%s\",\"y\":\"%s\"}]}"
            .formatted(
                coordinate(publicKey.getW().getAffineX()),
                coordinate(publicKey.getW().getAffineY()));
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: security.istio.io/v1
            kind: RequestAuthentication
            metadata: {name: tokens, namespace: foo}
            spec:
              jwtRules:
            """);
    issuers.forEach(
        issuer -> yaml.append("  - {issuer: '%s', jwks: '%s'}%n".formatted(issuer, jwks)));
    return yaml.toString();
  }

  /** A token with these claims that does not expire during the run. */
  String sign(Map<String, Object> claims) {
    Map<String, Object> all = new LinkedHashMap<>(claims);
    all.put("exp", OfflineCall.NOW.getEpochSecond() + 3600);
    try {
      String input =
          encode("{\"alg\":\"ES256\",\"kid\":\"k\"}") + "." + encode(JSON.writeValueAsString(all));
      Signature signer = Crypto.jdk().signature("SHA256withECDSAinP1363Format");
      signer.initSign(key.getPrivate());
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + BASE64URL.encodeToString(signer.sign());
    } catch (GeneralSecurityException | JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return BASE64URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String coordinate(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[COORDINATE];
    int from = Math.max(0, bytes.length - COORDINATE);
    System.arraycopy(bytes, from, fixed, COORDINATE - (bytes.length - from), bytes.length - from);
    return BASE64URL.encodeToString(fixed);
  }
}
