package io.heraldmesh.jwt;

import java.math.BigInteger;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The one encoding of a hash that an RSASSA-PKCS1-v1_5 signature may hold (RFC 8017 section 9.2).
 * The JDK also takes one without the NULL of the algorithm identifier, others do not; this settles
 * it the strict way.
 */
final class Pkcs1Encoding {
  private Pkcs1Encoding() {}

  /**
   * Whether a signature, already found good, holds its hash in that encoding.
   *
   * @param algorithm RS256, RS384 or RS512
   */
  static boolean isExact(Algorithm algorithm, RSAPublicKeySpec key, byte[] signature) {
    BigInteger opened =
        new BigInteger(1, signature).modPow(key.getPublicExponent(), key.getModulus());
    byte[] info = digestInfo(algorithm);
    int hashLength = info[info.length - 1];
    byte[] expected = new byte[signature.length - hashLength];
    Arrays.fill(expected, (byte) 0xff);
    expected[0] = 0;
    expected[1] = 1;
    expected[expected.length - info.length - 1] = 0;
    System.arraycopy(info, 0, expected, expected.length - info.length, info.length);
    BigInteger found = opened.shiftRight(8 * hashLength);
    return found.equals(new BigInteger(1, expected));
  }

  /** DigestInfo up to the hash; its last octet is the hash's length. */
  private static byte[] digestInfo(Algorithm algorithm) {
    return HexFormat.of()
        .parseHex(
            switch (algorithm) {
              case RS256 -> "3031300d060960864801650304020105000420";
              case RS384 -> "3041300d060960864801650304020205000430";
              case RS512 -> "3051300d060960864801650304020305000440";
              case PS256, PS384, PS512, ES256, ES384, ES512, EDDSA ->
                  throw new IllegalArgumentException(algorithm + " is not PKCS #1 v1.5");
            });
  }
}
