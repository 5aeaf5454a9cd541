package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;

/** Whether a signature is by a key, under allowed algorithms only, and alike in every provider. */
final class SignatureCheck {
  private static final Map<ASN1ObjectIdentifier, String> PSS_HASHES =
      Map.of(
          NISTObjectIdentifiers.id_sha256, "SHA-256",
          NISTObjectIdentifiers.id_sha384, "SHA-384",
          NISTObjectIdentifiers.id_sha512, "SHA-512");

  private SignatureCheck() {}

  /** Whether {@code certificate} names an algorithm that is strong enough. */
  static boolean strong(X509Certificate certificate) {
    return SignatureScheme.of(certificate.getSigAlgOID()).isPresent()
        || pss(certificate).isPresent();
  }

  /** Whether {@code issuerKey} made the signature of {@code certificate}. */
  static boolean verifies(Crypto crypto, X509Certificate certificate, PublicKey issuerKey) {
    try {
      if (!wholeBytes(certificate)) {
        return false;
      }
      byte[] signed = certificate.getTBSCertificate();
      Optional<SignatureScheme> scheme = SignatureScheme.of(certificate.getSigAlgOID());
      if (scheme.isPresent()) {
        return verifies(crypto, scheme.get(), issuerKey, signed, certificate.getSignature());
      }
      Optional<PSSParameterSpec> pss = pss(certificate);
      if (pss.isEmpty() || !issuerKey.getAlgorithm().equals("RSA")) {
        return false;
      }
      Signature signature = crypto.signature("RSASSA-PSS");
      signature.setParameter(pss.get());
      return verifies(signature, issuerKey, signed, certificate.getSignature());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * RFC 5280 section 4.1.1.3. The JDK hands out the same bytes whether or not some bits of the last
   * one are declared unused, so that one certificate could come in several encodings.
   */
  private static boolean wholeBytes(X509Certificate certificate)
      throws CertificateEncodingException {
    ASN1Sequence parts = ASN1Sequence.getInstance(certificate.getEncoded());
    return ASN1BitString.getInstance(parts.getObjectAt(2)).getPadBits() == 0;
  }

  /** Whether {@code key} signed {@code signed}. */
  static boolean verifies(
      Crypto crypto, SignatureScheme scheme, PublicKey key, byte[] signed, byte[] signature) {
    if (!key.getAlgorithm().equals(scheme.ecdsa() ? "EC" : "RSA")
        || scheme.ecdsa() && !ecdsaForm(signature)) {
      return false;
    }
    try {
      return verifies(crypto.signature(scheme.jcaName()), key, signed, signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean verifies(Signature check, PublicKey key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    check.initVerify(key);
    check.update(signed);
    return check.verify(signature);
  }

  /**
   * DER, a sequence of two positive numbers. Providers differ in how much else they let pass, and
   * an empty or zero signature was once accepted by one (CVE-2022-21449).
   */
  private static boolean ecdsaForm(byte[] signature) {
    try {
      ASN1Primitive parsed = ASN1Primitive.fromByteArray(signature);
      return parsed instanceof ASN1Sequence two
          && two.size() == 2
          && positive(two.getObjectAt(0))
          && positive(two.getObjectAt(1))
          && Arrays.equals(parsed.getEncoded(ASN1Encoding.DER), signature);
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean positive(Object part) {
    return part instanceof ASN1Integer i && i.getValue().signum() > 0;
  }

  /** The parameters of RSASSA-PSS: one hash for both uses, at least SHA-256, salt as long as it. */
  private static Optional<PSSParameterSpec> pss(X509Certificate certificate) {
    byte @Nullable [] encoded = certificate.getSigAlgParams();
    if (encoded == null
        || !certificate.getSigAlgOID().equals(PKCSObjectIdentifiers.id_RSASSA_PSS.getId())) {
      return Optional.empty();
    }
    try {
      RSASSAPSSparams params = RSASSAPSSparams.getInstance(encoded);
      ASN1ObjectIdentifier hashOid = params.getHashAlgorithm().getAlgorithm();
      String hash = PSS_HASHES.get(hashOid);
      AlgorithmIdentifier mask = params.getMaskGenAlgorithm();
      BigInteger salt = params.getSaltLength();
      if (hash == null
          || !mask.getAlgorithm().equals(PKCSObjectIdentifiers.id_mgf1)
          || !AlgorithmIdentifier.getInstance(mask.getParameters()).getAlgorithm().equals(hashOid)
          || !params.getTrailerField().equals(BigInteger.ONE)) {
        return Optional.empty();
      }
      int hashBytes = Integer.parseInt(hash.substring(4)) / 8;
      if (!salt.equals(BigInteger.valueOf(hashBytes))) {
        return Optional.empty();
      }
      return Optional.of(
          new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), hashBytes, 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
