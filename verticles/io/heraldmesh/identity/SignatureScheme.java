package io.heraldmesh.identity;

import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * The signature algorithms that certificates and requests may carry. What is not here (SHA-1, MD5,
 * DSA …) is too weak. RSASSA-PSS has parameters and is treated apart.
 */
public enum SignatureScheme {
  ECDSA_SHA256(X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA"),
  ECDSA_SHA384(X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA"),
  ECDSA_SHA512(X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA"),
  RSA_SHA256(PKCSObjectIdentifiers.sha256WithRSAEncryption, "SHA256withRSA"),
  RSA_SHA384(PKCSObjectIdentifiers.sha384WithRSAEncryption, "SHA384withRSA"),
  RSA_SHA512(PKCSObjectIdentifiers.sha512WithRSAEncryption, "SHA512withRSA");

  private final String oid;
  private final String jcaName;

  SignatureScheme(ASN1ObjectIdentifier oid, String jcaName) {
    this.oid = oid.getId();
    this.jcaName = jcaName;
  }

  /** The scheme with this object identifier; empty when it is not allowed. */
  public static Optional<SignatureScheme> of(String oid) {
    return Arrays.stream(values()).filter(s -> s.oid.equals(oid)).findFirst();
  }

  /**
   * What a holder of this key signs with: SHA-256, or the hash as long as the curve.
   *
   * @throws InvalidCertificate when the key is neither RSA nor EC
   */
  public static SignatureScheme of(PublicKey key) {
    if (key instanceof ECKey ec) {
      int bits = ec.getParams().getOrder().bitLength();
      return bits <= 256 ? ECDSA_SHA256 : bits <= 384 ? ECDSA_SHA384 : ECDSA_SHA512;
    }
    if (key.getAlgorithm().equals("RSA")) {
      return RSA_SHA256;
    }
    throw new InvalidCertificate("expected an RSA or EC key, found " + key.getAlgorithm());
  }

  /** The name for {@link io.heraldmesh.crypto.Crypto#signature}. */
  public String jcaName() {
    return jcaName;
  }

  public boolean ecdsa() {
    return jcaName.endsWith("ECDSA");
  }

  /** As it stands in a certificate: RSA with NULL parameters, ECDSA with none. */
  public AlgorithmIdentifier identifier() {
    ASN1ObjectIdentifier id = new ASN1ObjectIdentifier(oid);
    return ecdsa() ? new AlgorithmIdentifier(id) : new AlgorithmIdentifier(id, DERNull.INSTANCE);
  }
}
