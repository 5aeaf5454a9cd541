package io.heraldmesh.enrol;

import io.heraldmesh.identity.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What stands in a request's challengePassword: proof that whoever holds the key knew the token
 * when it signed the request. It says nothing of the token.
 */
final class TokenBinding {
  private static final String CONTEXT = "herald join 1\n";
  private static final String ALGORITHM = "HmacSHA256";

  private TokenBinding() {}

  /** HMAC-SHA256 under the token, over the context and the key's fingerprint, in base64url. */
  static String of(String token, PublicKey key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      byte[] bound =
          mac.doFinal((CONTEXT + Fingerprint.of(key)).getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bound);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256, and a token is not empty", e);
    }
  }

  /** Takes the same time whatever differs. */
  static boolean holds(String token, PublicKey key, String challenge) {
    return MessageDigest.isEqual(
        of(token, key).getBytes(StandardCharsets.US_ASCII),
        challenge.getBytes(StandardCharsets.UTF_8));
  }
}
