package io.heraldmesh.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

/**
 * SHA-256 over a certificate or a key, by which people and files name it.
 *
 * @param hex 64 lower-case digits
 */
public record Fingerprint(String hex) {
  private static final String ALGORITHM = "sha256:";

  public Fingerprint {
    if (hex.length() != 64 || !hex.chars().allMatch(c -> HexFormat.isHexDigit(c))) {
      throw new InvalidIdentity("a fingerprint is sha256: and 64 hexadecimal digits");
    }
    hex = hex.toLowerCase(Locale.ROOT);
  }

  /** Over the certificate's DER. */
  public static Fingerprint of(X509Certificate certificate) {
    return of(CertificateChain.encoded(certificate));
  }

  /** Over the key's SubjectPublicKeyInfo. */
  public static Fingerprint of(PublicKey key) {
    return of(key.getEncoded());
  }

  private static Fingerprint of(byte[] der) {
    try {
      return new Fingerprint(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * @param text {@code sha256:} and 64 digits, which may have a colon between each two, as openssl
   *     prints them; the word in front may be missing
   * @throws InvalidIdentity when it is anything else
   */
  public static Fingerprint parse(String text) {
    String digits =
        text.regionMatches(true, 0, ALGORITHM, 0, ALGORITHM.length())
            ? text.substring(ALGORITHM.length())
            : text;
    return new Fingerprint(
        digits.matches("(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}") ? digits.replace(":", "") : digits);
  }

  @Override
  public String toString() {
    return ALGORITHM + hex;
  }
}
