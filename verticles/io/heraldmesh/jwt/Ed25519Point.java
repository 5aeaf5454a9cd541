package io.heraldmesh.jwt;

import java.math.BigInteger;

/** Whether 32 octets are a public key of Ed25519 that can be trusted (RFC 8032 section 5.1.3). */
final class Ed25519Point {
  static final int LENGTH = 32;
  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger D =
      BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);

  private Ed25519Point() {}

  /**
   * Why the key is refused, or an empty text. Points of small order are refused: under them one
   * signature fits many messages, and implementations disagree about them.
   */
  static String problem(byte[] encoded) {
    BigInteger y = y(encoded);
    if (y.compareTo(P) >= 0) {
      return "Ed25519 key is not in canonical form";
    }
    BigInteger y2 = y.multiply(y).mod(P);
    BigInteger numerator = y2.subtract(BigInteger.ONE).mod(P);
    BigInteger denominator = D.multiply(y2).add(BigInteger.ONE).mod(P);
    BigInteger x2 = numerator.multiply(denominator.modInverse(P)).mod(P);
    if (!isSquare(x2)) {
      return "Ed25519 key is not a point of the curve";
    }
    return hasSmallOrder(x2, y2) ? "Ed25519 key has small order" : "";
  }

  private static BigInteger y(byte[] encoded) {
    byte[] bigEndian = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bigEndian[i] = encoded[LENGTH - 1 - i];
    }
    bigEndian[0] &= 0x7f;
    return new BigInteger(1, bigEndian);
  }

  private static boolean isSquare(BigInteger a) {
    BigInteger euler = a.modPow(P.shiftRight(1), P);
    return euler.signum() == 0 || euler.equals(BigInteger.ONE);
  }

  /**
   * Order 1, 2 or 4: x or y is zero. Order 8: doubling gives a point of order 4, whose y is zero,
   * and the doubled y is zero exactly when {@code y² = −x²}.
   */
  private static boolean hasSmallOrder(BigInteger x2, BigInteger y2) {
    return x2.signum() == 0 || y2.signum() == 0 || x2.add(y2).mod(P).signum() == 0;
  }
}
