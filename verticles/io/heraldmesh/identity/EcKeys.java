package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** Key pairs on P-256. */
public final class EcKeys {
  private static final String CURVE = "secp256r1";
  private static final X9ECParameters P256 = ECNamedCurveTable.getByName(CURVE);

  private EcKeys() {}

  /** A new one. */
  public static KeyPair generate(Crypto crypto) {
    try {
      KeyPairGenerator generator = crypto.keyPairGenerator("EC");
      generator.initialize(new ECGenParameterSpec(CURVE));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no implementation of P-256", e);
    }
  }

  /**
   * The pair of a private key that was kept alone.
   *
   * @throws InvalidCertificate when it is none of P-256
   */
  public static KeyPair pair(PrivateKey key, Crypto crypto) {
    if (!(key instanceof ECPrivateKey ec)
        || !ec.getParams().getOrder().equals(P256.getN())
        || ec.getS().signum() <= 0
        || ec.getS().compareTo(P256.getN()) >= 0) {
      throw new InvalidCertificate("the private key is none of P-256");
    }
    BigInteger secret = ec.getS();
    var point = new FixedPointCombMultiplier().multiply(P256.getG(), secret).normalize();
    ECPoint shown =
        new ECPoint(point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
    try {
      return new KeyPair(
          crypto.keyFactory("EC").generatePublic(new ECPublicKeySpec(shown, ec.getParams())), key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no implementation of P-256", e);
    }
  }
}
