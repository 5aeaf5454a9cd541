package io.heraldmesh.identity;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The curves that keys may be on, {@code y^2 = x^3 - 3x + b} over a prime field (FIPS 186-4,
 * appendix D.1.2; SEC 2). A library's curves bring along all of its arithmetic, which every start
 * of a node would load to ask this one question.
 */
enum NamedCurve {
  P256(
      "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
      "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
  P384(
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
          + "ffffffff0000000000000000ffffffff",
      "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
          + "c656398d8a2ed19d2a85c8edd3ec2aef"),
  P521(
      "01ff" + "f".repeat(128),
      "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef1"
          + "09e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b50"
          + "3f00");

  private static final BigInteger THREE = BigInteger.valueOf(3);

  private final BigInteger prime;
  private final BigInteger b;
  private final int octets;

  NamedCurve(String prime, String b) {
    this.prime = new BigInteger(prime, 16);
    this.b = new BigInteger(b, 16);
    this.octets = (this.prime.bitLength() + 7) / 8;
  }

  /**
   * Whether an encoded point is one of this curve.
   *
   * @param point uncompressed (SEC 1, section 2.3.3), the first octet already looked at
   */
  boolean has(byte[] point) {
    if (point.length != 1 + 2 * octets) {
      return false;
    }
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + octets));
    BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + octets, point.length));
    if (x.compareTo(prime) >= 0 || y.compareTo(prime) >= 0) {
      return false;
    }
    BigInteger right = x.multiply(x).subtract(THREE).multiply(x).add(b).mod(prime);
    return y.multiply(y).mod(prime).equals(right);
  }
}
