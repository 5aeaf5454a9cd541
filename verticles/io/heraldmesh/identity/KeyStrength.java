package io.heraldmesh.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * The floor for public keys: RSA of 2048 to 8192 bits in whole bytes with an odd exponent between
 * 2^16 and 2^33, or EC on P-256, P-384 or P-521 by name with an uncompressed point on the curve.
 *
 * <p>It looks at the encoded key and not at the key object, so that every provider's keys are
 * judged alike.
 */
public final class KeyStrength {
  private static final int RSA_MIN_BITS = 2048;
  private static final int RSA_MAX_BITS = 8192;
  private static final BigInteger EXPONENT_ABOVE = BigInteger.ONE.shiftLeft(16);

  /** As BoringSSL has it: what a stranger's key costs to use grows with the exponent. */
  private static final int EXPONENT_MAX_BITS = 33;

  private static final Map<ASN1ObjectIdentifier, NamedCurve> CURVES =
      Map.of(
          SECObjectIdentifiers.secp256r1, NamedCurve.P256,
          SECObjectIdentifiers.secp384r1, NamedCurve.P384,
          SECObjectIdentifiers.secp521r1, NamedCurve.P521);

  private KeyStrength() {}

  /** Why {@code key} is refused; empty when it is good. */
  public static Optional<String> weakness(PublicKey key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null) {
      return Optional.of("key has no encoding");
    }
    try {
      return weakness(SubjectPublicKeyInfo.getInstance(encoded));
    } catch (RuntimeException e) {
      return Optional.of("key cannot be read");
    }
  }

  /** Why this key is refused; empty when it is good. */
  static Optional<String> weakness(SubjectPublicKeyInfo info) {
    ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
    try {
      if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
        return rsa(RSAPublicKey.getInstance(info.parsePublicKey()));
      }
      if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
        return ec(info.getAlgorithm().getParameters(), info.getPublicKeyData().getOctets());
      }
    } catch (IOException | RuntimeException e) {
      return Optional.of("key cannot be read");
    }
    return Optional.of("key type " + algorithm.getId() + " is not RSA or EC");
  }

  private static Optional<String> rsa(RSAPublicKey key) {
    BigInteger modulus = key.getModulus();
    BigInteger exponent = key.getPublicExponent();
    int bits = modulus.bitLength();
    if (modulus.signum() <= 0 || bits < RSA_MIN_BITS || bits > RSA_MAX_BITS || bits % 8 != 0) {
      return Optional.of("RSA modulus of " + bits + " bits; expected 2048 to 8192 in whole bytes");
    }
    if (!modulus.testBit(0)) {
      return Optional.of("RSA modulus is even");
    }
    if (exponent.compareTo(EXPONENT_ABOVE) <= 0
        || !exponent.testBit(0)
        || exponent.bitLength() > EXPONENT_MAX_BITS) {
      return Optional.of("RSA exponent is even, or not between 2^16 and 2^33");
    }
    return Optional.empty();
  }

  private static Optional<String> ec(ASN1Encodable parameters, byte[] point) {
    NamedCurve curve = parameters instanceof ASN1ObjectIdentifier named ? CURVES.get(named) : null;
    if (curve == null) {
      return Optional.of("EC key is not on P-256, P-384 or P-521 by name");
    }
    if (point.length == 0 || point[0] != 4) {
      return Optional.of("EC point is not in uncompressed form");
    }
    return curve.has(point) ? Optional.empty() : Optional.of("EC point is not on its curve");
  }
}
