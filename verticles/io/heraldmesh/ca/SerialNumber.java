package io.heraldmesh.ca;

import java.math.BigInteger;
import java.security.SecureRandom;

/** Certificate serial numbers. */
final class SerialNumber {
  private static final int BYTES = 20;

  private SerialNumber() {}

  /**
   * 20 bytes, positive, with 158 random bits (RFC 5280 section 4.1.2.2 allows 20 bytes). The first
   * two bits are 01, so that all have the same length and none is zero.
   */
  static BigInteger next(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    bytes[0] = (byte) (bytes[0] & 0x3f | 0x40);
    return new BigInteger(1, bytes);
  }
}
