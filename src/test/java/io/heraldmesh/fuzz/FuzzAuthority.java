package io.heraldmesh.fuzz;

import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.ContentSigner;

/**
 * A root and an intermediate that are the same, bit for bit, in every run: their keys are fixed
 * numbers and their signatures deterministic (RFC 6979).
 */
final class FuzzAuthority {
  static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  /** Of the right form, by nobody. */
  static final byte[] NO_SIGNATURE = der(BigInteger.ONE, BigInteger.ONE);

  private static final ECDomainParameters CURVE =
      new ECNamedDomainParameters(
          SECObjectIdentifiers.secp256r1, CustomNamedCurves.getByName("secp256r1"));
  private static final BigInteger ROOT_KEY = BigInteger.valueOf(0x4865726131L);
  private static final BigInteger KEY = BigInteger.valueOf(0x4865726132L);
  private static final X509Certificate ROOT = authority("root", ROOT_KEY, "root", 1);
  private static final X509Certificate INTERMEDIATE = authority("intermediate", KEY, "root", 2);
  private static final TrustBundle BUNDLE =
      TrustBundle.fromPem(new TrustDomain("mesh.test"), new CertificateChain(List.of(ROOT)).pem());

  private FuzzAuthority() {}

  static TrustBundle bundle() {
    return BUNDLE;
  }

  static X509Certificate intermediate() {
    return INTERMEDIATE;
  }

  /** The signed part of a good leaf: what mutations start from. */
  static byte[] leaf(String uri) throws IOException {
    var builder = builder("leaf", BigInteger.valueOf(0x4865726133L), "intermediate", 3);
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    return builder
        .build(new FuzzSigner(tbs -> NO_SIGNATURE))
        .toASN1Structure()
        .getTBSCertificate()
        .getEncoded();
  }

  static byte[] sign(byte[] tbs) {
    return sign(tbs, KEY);
  }

  /** A certificate of these parts, byte for byte; the first need not be what it should be. */
  static byte[] certificate(byte[] tbs, byte[] signature) throws IOException {
    byte[] algorithm = new DERSequence(X9ObjectIdentifiers.ecdsa_with_SHA256).getEncoded();
    byte[] bits = new DERBitString(signature).getEncoded();
    int length = tbs.length + algorithm.length + bits.length;
    byte[] head =
        length < 128
            ? new byte[] {0x30, (byte) length}
            : length < 256
                ? new byte[] {0x30, (byte) 0x81, (byte) length}
                : length < 65536
                    ? new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length}
                    : new byte[] {
                      0x30, (byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length
                    };
    byte[] all = Arrays.copyOf(head, head.length + length);
    System.arraycopy(tbs, 0, all, head.length, tbs.length);
    System.arraycopy(algorithm, 0, all, head.length + tbs.length, algorithm.length);
    System.arraycopy(bits, 0, all, all.length - bits.length, bits.length);
    return all;
  }

  /** Each piece has its length in two bytes before it; the last may be shorter than it says. */
  static List<byte[]> split(byte[] data) {
    List<byte[]> pieces = new ArrayList<>();
    int at = 0;
    while (at + 2 < data.length) {
      int end = at + 2 + ((data[at] & 0xff) << 8 | data[at + 1] & 0xff);
      pieces.add(Arrays.copyOfRange(data, at + 2, Math.min(end, data.length)));
      at = end;
    }
    return pieces;
  }

  /** Whether the JDK finds a path from the leaf to the root, and every certificate of it valid. */
  static boolean jdkAccepts(List<X509Certificate> chain) throws GeneralSecurityException {
    X509CertSelector leaf = new X509CertSelector();
    leaf.setCertificate(chain.getFirst());
    PKIXBuilderParameters parameters =
        new PKIXBuilderParameters(Set.of(new TrustAnchor(ROOT, null)), leaf);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(NOW));
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
    try {
      CertPathBuilder.getInstance("PKIX").build(parameters);
      return true;
    } catch (CertPathBuilderException e) {
      return false;
    }
  }

  static List<String> uris(X509Certificate certificate) throws GeneralSecurityException {
    var names = certificate.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(name -> name.get(0).equals(6))
            .map(name -> String.valueOf(name.get(1)))
            .toList();
  }

  private static X509Certificate authority(String name, BigInteger key, String issuer, int serial) {
    try {
      var builder = builder(name, key, issuer, serial);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      ContentSigner signer = new FuzzSigner(tbs -> sign(tbs, ROOT_KEY));
      return CertificateChain.certificate(builder.build(signer).getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509v3CertificateBuilder builder(
      String name, BigInteger key, String issuer, int serial) throws IOException {
    var publicKey = new ECPublicKeyParameters(CURVE.getG().multiply(key), CURVE);
    return new X509v3CertificateBuilder(
        new X500Name("CN=" + issuer),
        BigInteger.valueOf(serial),
        Date.from(NOW.minusSeconds(1_000_000)),
        Date.from(NOW.plusSeconds(1_000_000)),
        new X500Name("CN=" + name),
        SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(publicKey));
  }

  private static byte[] sign(byte[] tbs, BigInteger key) {
    SHA256Digest digest = new SHA256Digest();
    digest.update(tbs, 0, tbs.length);
    byte[] hash = new byte[32];
    digest.doFinal(hash, 0);
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, new ECPrivateKeyParameters(key, CURVE));
    BigInteger[] signature = signer.generateSignature(hash);
    return der(signature[0], signature[1]);
  }

  private static byte[] der(BigInteger r, BigInteger s) {
    try {
      return new DERSequence(new ASN1Encodable[] {new ASN1Integer(r), new ASN1Integer(s)})
          .getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
