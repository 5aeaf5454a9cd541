package io.heraldmesh.cli.train;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;

/** An issuer of tokens that only the node under training knows. */
final class TrainingTokens {
  private static final int COORDINATE_BYTES = 32;

  private final KeyPair keys = TrainingFolder.keys();

  /** The issuer's key set. */
  String jwks() {
    ECPublicKey key = (ECPublicKey) keys.getPublic();
    return "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"alg\":\"ES256\",\"x\":\"%s\",\"y\":\"%s\"}]}"
        .formatted(
            base64(coordinate(key.getW().getAffineX().toByteArray())),
            base64(coordinate(key.getW().getAffineY().toByteArray())));
  }

  /** A token that is good for an hour; no two numbers give the same. */
  String token(int number) {
    long end = System.currentTimeMillis() / 1000 + 3600;
    String signed =
        base64("{\"alg\":\"ES256\",\"kid\":\"k\"}".getBytes(StandardCharsets.US_ASCII))
            + "."
            + base64(
                "{\"iss\":\"train\",\"sub\":\"user-%d\",\"exp\":%d}"
                    .formatted(number, end)
                    .getBytes(StandardCharsets.US_ASCII));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no ES256", e);
    }
  }

  /** Without the sign's byte, and with leading zeros. */
  private static byte[] coordinate(byte[] number) {
    byte[] fixed = new byte[COORDINATE_BYTES];
    byte[] magnitude =
        number.length > COORDINATE_BYTES
            ? Arrays.copyOfRange(number, number.length - COORDINATE_BYTES, number.length)
            : number;
    System.arraycopy(magnitude, 0, fixed, COORDINATE_BYTES - magnitude.length, magnitude.length);
    return fixed;
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
