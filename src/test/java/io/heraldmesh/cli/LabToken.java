package io.heraldmesh.cli;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** An issuer of ES256 tokens whose key set is written into the policy. */
final class LabToken {
  private final String issuer;
  private final KeyPair key;

  LabToken(String issuer) {
    this.issuer = issuer;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      this.key = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String jwks() {
    ECPublicKey point = (ECPublicKey) key.getPublic();
    return """
    {"keys":[{"kty":"EC","crv":"P-256","kid":"%s","alg":"ES256","x":"%s","y":"%s"}]}"""
        .formatted(
            issuer, coordinate(point.getW().getAffineX()), coordinate(point.getW().getAffineY()));
  }

  String token(Instant end) {
    try {
      String signed =
          base64("{\"alg\":\"ES256\",\"kid\":\"" + issuer + "\"}")
              + "."
              + base64(
                  "{\"iss\":\"%s\",\"sub\":\"someone\",\"exp\":%d}"
                      .formatted(issuer, end.getEpochSecond()));
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + encoded(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String coordinate(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[32];
    int from = Math.max(0, bytes.length - 32);
    byte[] kept = Arrays.copyOfRange(bytes, from, bytes.length);
    System.arraycopy(kept, 0, fixed, 32 - kept.length, kept.length);
    return encoded(fixed);
  }

  private static String base64(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
