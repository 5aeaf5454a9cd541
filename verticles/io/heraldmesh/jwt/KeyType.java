package io.heraldmesh.jwt;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import org.jspecify.annotations.Nullable;

/** The kinds of public key that Herald verifies tokens with (RFC 7518 section 6, RFC 8037). */
@SuppressWarnings("ImmutableEnumChecker") // ECParameterSpec has no setters
public enum KeyType {
  RSA("RSA", null),
  P_256("EC", "secp256r1"),
  P_384("EC", "secp384r1"),
  P_521("EC", "secp521r1"),
  ED25519("Ed25519", null);

  private final String factory;
  private final @Nullable ECParameterSpec curve;

  KeyType(String factory, @Nullable String curve) {
    this.factory = factory;
    this.curve = curve == null ? null : parameters(curve);
  }

  /** The JCA name of the key factory. */
  String factory() {
    return factory;
  }

  /** The curve's parameters; only asked of the three NIST curves. */
  ECParameterSpec curve() {
    if (curve == null) {
      throw new IllegalStateException(this + " has no Weierstrass curve");
    }
    return curve;
  }

  boolean isNistCurve() {
    return curve != null;
  }

  /** Octets of a coordinate of the curve and of half a signature: 32, 48 or 66. */
  int coordinateLength() {
    return (curve().getCurve().getField().getFieldSize() + 7) / 8;
  }

  /** Whether the point lies on the curve; the point at infinity cannot be written in a JWK. */
  boolean contains(ECPoint point) {
    EllipticCurve e = curve().getCurve();
    BigInteger p = ((ECFieldFp) e.getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    if (x.signum() < 0 || y.signum() < 0 || x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return false;
    }
    BigInteger right = x.multiply(x).add(e.getA()).multiply(x).add(e.getB()).mod(p);
    return y.multiply(y).mod(p).equals(right);
  }

  private static ECParameterSpec parameters(String name) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(name));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM does not know the curve " + name, e);
    }
  }
}
