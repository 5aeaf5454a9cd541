package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/**
 * A certificate signing request (PKCS#10, RFC 2986). Whatever else it asks for, only its public key
 * is kept, and what binds it to a token: names and usages come from the authority.
 *
 * @param publicKey proven to belong to the sender by the request's own signature, and strong enough
 * @param challenge the text of its one challengePassword (RFC 2985 section 5.4.1), which the
 *     signature covers; null: it has none, or not one alone
 */
public record Csr(PublicKey publicKey, @Nullable String challenge) {
  /** The most bytes of a request. */
  public static final int MAX_BYTES = 16 * 1024;

  private static final String LABEL = "CERTIFICATE REQUEST";

  /**
   * @param der one request in DER, nothing after it
   * @throws InvalidCertificate when it is too big, not DER, its key weak or its signature wrong
   */
  public static Csr parse(byte[] der, Crypto crypto) {
    if (der.length > MAX_BYTES) {
      throw new InvalidCertificate("request is over " + MAX_BYTES + " bytes");
    }
    try {
      return read(der, crypto);
    } catch (InvalidCertificate e) {
      throw e;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      // The ASN.1 reader throws unchecked exceptions of several kinds for broken input.
      throw new InvalidCertificate("request cannot be read", e);
    }
  }

  /**
   * @param pem exactly one CERTIFICATE REQUEST block
   * @throws InvalidCertificate as {@link #parse}
   */
  public static Csr parsePem(String pem, Crypto crypto) {
    if (pem.length() > 2 * MAX_BYTES) {
      throw new InvalidCertificate("request is over " + 2 * MAX_BYTES + " characters");
    }
    List<Pem.Block> blocks = Pem.read(pem, Pem.Text.REFUSED);
    if (blocks.size() != 1
        || !blocks.getFirst().label().equals(LABEL)
            && !blocks.getFirst().label().equals("NEW " + LABEL)) {
      throw new InvalidCertificate("expected one " + LABEL + " block");
    }
    return parse(blocks.getFirst().der(), crypto);
  }

  /** A request in DER for this key: empty subject, no attributes, signed by the key itself. */
  public static byte[] create(KeyPair keys, Crypto crypto) {
    return create(keys, new DERSet(), crypto);
  }

  /** As {@link #create(KeyPair, Crypto)}, with this challengePassword as its one attribute. */
  public static byte[] create(KeyPair keys, String challenge, Crypto crypto) {
    Attribute attribute =
        new Attribute(
            PKCSObjectIdentifiers.pkcs_9_at_challengePassword,
            new DERSet(new DERUTF8String(challenge)));
    return create(keys, new DERSet(attribute), crypto);
  }

  private static byte[] create(KeyPair keys, DERSet attributes, Crypto crypto) {
    try {
      SignatureScheme scheme = SignatureScheme.of(keys.getPublic());
      CertificationRequestInfo info =
          new CertificationRequestInfo(
              X500Name.getInstance(new DERSequence()),
              SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
              attributes);
      Signature signature = crypto.signature(scheme.jcaName());
      signature.initSign(keys.getPrivate());
      signature.update(info.getEncoded(ASN1Encoding.DER));
      return new CertificationRequest(info, scheme.identifier(), new DERBitString(signature.sign()))
          .getEncoded(ASN1Encoding.DER);
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidCertificate("request cannot be made", e);
    }
  }

  /** {@code der} as a CERTIFICATE REQUEST block. */
  public static String pem(byte[] der) {
    return Pem.write(LABEL, der);
  }

  private static Csr read(byte[] der, Crypto crypto) throws GeneralSecurityException, IOException {
    ASN1Primitive parsed = ASN1Primitive.fromByteArray(der);
    if (parsed == null || !Arrays.equals(parsed.getEncoded(ASN1Encoding.DER), der)) {
      throw new InvalidCertificate("request is not DER");
    }
    CertificationRequest request = CertificationRequest.getInstance(parsed);
    CertificationRequestInfo info = request.getCertificationRequestInfo();
    if (!info.getVersion().hasValue(0)) {
      throw new InvalidCertificate("request is not version 1");
    }
    SubjectPublicKeyInfo keyInfo = info.getSubjectPublicKeyInfo();
    Optional<String> weakness = KeyStrength.weakness(keyInfo);
    if (weakness.isPresent()) {
      throw new InvalidCertificate("request: " + weakness.get());
    }
    boolean rsa = keyInfo.getAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption);
    PublicKey key =
        crypto
            .keyFactory(rsa ? "RSA" : "EC")
            .generatePublic(new X509EncodedKeySpec(keyInfo.getEncoded(ASN1Encoding.DER)));
    requireOwnSignature(request, key, crypto);
    return new Csr(key, challenge(info));
  }

  private static @Nullable String challenge(CertificationRequestInfo info) {
    if (info.getAttributes() == null) {
      return null;
    }
    String found = null;
    for (ASN1Encodable value : info.getAttributes()) {
      Attribute attribute = Attribute.getInstance(value);
      if (attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_challengePassword)) {
        if (found != null
            || attribute.getAttrValues().size() != 1
            || !(attribute.getAttrValues().getObjectAt(0) instanceof ASN1String text)) {
          return null;
        }
        found = text.getString();
      }
    }
    return found;
  }

  private static void requireOwnSignature(
      CertificationRequest request, PublicKey key, Crypto crypto) throws IOException {
    SignatureScheme scheme =
        SignatureScheme.of(request.getSignatureAlgorithm().getAlgorithm().getId())
            .orElseThrow(() -> new InvalidCertificate("request: signature algorithm is too weak"));
    byte[] signed = request.getCertificationRequestInfo().getEncoded(ASN1Encoding.DER);
    byte[] signature = request.getSignature().getOctets();
    if (!SignatureCheck.verifies(crypto, scheme, key, signed, signature)) {
      throw new InvalidCertificate("request: its signature is wrong");
    }
  }
}
