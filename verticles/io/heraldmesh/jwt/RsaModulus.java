package io.heraldmesh.jwt;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What disqualifies an RSA public key before it verifies anything. */
final class RsaModulus {
  static final int MIN_BITS = 2048;
  static final int MAX_BITS = 8192;
  private static final BigInteger THREE = BigInteger.valueOf(3);
  private static final int MAX_EXPONENT_BITS = 32;

  /** Odd primes that a ROCA modulus is told apart by (CVE-2017-15361). */
  private static final List<Residues> RESIDUES = residues(167);

  private RsaModulus() {}

  /** Powers of 65537 modulo a small prime. */
  private record Residues(BigInteger prime, BitSet powers) {}

  /** Why the key is refused, or an empty text. */
  static String problem(BigInteger modulus, BigInteger exponent) {
    if (modulus.bitLength() < MIN_BITS) {
      return "RSA modulus is shorter than " + MIN_BITS + " bits";
    }
    if (modulus.bitLength() > MAX_BITS) {
      return "RSA modulus is longer than " + MAX_BITS + " bits";
    }
    if (exponent.compareTo(THREE) < 0
        || !exponent.testBit(0)
        || exponent.bitLength() > MAX_EXPONENT_BITS) {
      return "RSA exponent must be odd, at least 3 and at most " + MAX_EXPONENT_BITS + " bits";
    }
    if (!modulus.testBit(0)) {
      return "RSA modulus is even";
    }
    boolean roca = true;
    for (Residues residues : RESIDUES) {
      int rest = modulus.mod(residues.prime()).intValue();
      if (rest == 0) {
        return "RSA modulus is divisible by " + residues.prime();
      }
      roca &= residues.powers().get(rest);
    }
    return roca ? "RSA modulus has the ROCA weakness (CVE-2017-15361)" : "";
  }

  private static List<Residues> residues(int upTo) {
    List<Residues> all = new ArrayList<>();
    for (int p = 3; p <= upTo; p += 2) {
      if (BigInteger.valueOf(p).isProbablePrime(30)) {
        BitSet powers = new BitSet(p);
        for (int power = 1; !powers.get(power); power = (int) ((long) power * 65537 % p)) {
          powers.set(power);
        }
        all.add(new Residues(BigInteger.valueOf(p), powers));
      }
    }
    return List.copyOf(all);
  }
}
