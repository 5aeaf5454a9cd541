package io.heraldmesh.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Certificates of every kind, good and bad, signed for real. Starts from a good one; each method
 * changes one thing.
 */
public final class TestCertificate {
  public static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final AtomicLong SERIALS = new AtomicLong(1000);

  private final Map<ASN1ObjectIdentifier, Extension> extensions = new LinkedHashMap<>();
  private KeyPair keys = ec("secp256r1");
  private String subject;
  private Instant notBefore = NOW.minus(Duration.ofHours(1));
  private Instant notAfter = NOW.plus(Duration.ofHours(1));
  private String algorithm = "SHA256withECDSA";
  private BigInteger serial = BigInteger.valueOf(SERIALS.incrementAndGet());

  /** A certificate and its key. */
  public record Made(X509Certificate certificate, PrivateKey key) {}

  private TestCertificate(String subject) {
    this.subject = subject;
  }

  public static TestCertificate leaf(String id) {
    return new TestCertificate("")
        .with(Extension.basicConstraints, true, new BasicConstraints(false))
        .keyUsage(KeyUsage.digitalSignature)
        .purposes(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)
        .uris(true, id);
  }

  public static TestCertificate authority(String name) {
    return new TestCertificate("CN=" + name)
        .with(Extension.basicConstraints, true, new BasicConstraints(true))
        .keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  public TestCertificate with(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
    try {
      extensions.put(id, new Extension(id, critical, value.toASN1Primitive().getEncoded()));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TestCertificate without(ASN1ObjectIdentifier id) {
    extensions.remove(id);
    return this;
  }

  public TestCertificate keyUsage(int bits) {
    return with(Extension.keyUsage, true, new KeyUsage(bits));
  }

  public TestCertificate purposes(KeyPurposeId... ids) {
    return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(ids));
  }

  public TestCertificate uris(boolean critical, String... uris) {
    GeneralName[] names = new GeneralName[uris.length];
    for (int i = 0; i < uris.length; i++) {
      names[i] = new GeneralName(GeneralName.uniformResourceIdentifier, uris[i]);
    }
    return with(Extension.subjectAlternativeName, critical, new GeneralNames(names));
  }

  public TestCertificate keys(KeyPair pair) {
    keys = pair;
    return this;
  }

  public TestCertificate subject(String name) {
    subject = name;
    return this;
  }

  public TestCertificate valid(Instant from, Instant to) {
    notBefore = from;
    notAfter = to;
    return this;
  }

  public TestCertificate serial(BigInteger number) {
    serial = number;
    return this;
  }

  /** What the signer signs with; it must fit the signer's key. */
  public TestCertificate algorithm(String name) {
    algorithm = name;
    return this;
  }

  public Made selfSigned() {
    return sign(new X500Name(subject), keys.getPrivate());
  }

  public Made signedBy(Made issuer) {
    return sign(
        X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
        issuer.key());
  }

  /** As {@link #signedBy}, for certificates that cannot be read again. */
  public byte[] der(Made issuer) {
    try {
      return holder(
              X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
              issuer.key())
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  public KeyPair keys() {
    return keys;
  }

  /** As {@link #signedBy}, with the signed part altered before it is signed. */
  public byte[] altered(Made issuer, byte[] from, byte[] to) {
    X500Name name =
        X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded());
    try {
      Certificate made = holder(name, issuer.key()).toASN1Structure();
      byte[] tbs = made.getTBSCertificate().getEncoded();
      int at = indexOf(tbs, from);
      System.arraycopy(to, 0, tbs, at, to.length);
      ContentSigner signer = signer().build(issuer.key());
      signer.getOutputStream().write(tbs);
      return new DERSequence(
              new ASN1Encodable[] {
                ASN1Primitive.fromByteArray(tbs),
                made.getSignatureAlgorithm(),
                new DERBitString(signer.getSignature())
              })
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int indexOf(byte[] in, byte[] part) {
    for (int at = 0; at + part.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new IllegalArgumentException("not in there");
  }

  private Made sign(X500Name issuer, PrivateKey issuerKey) {
    try {
      byte[] der = holder(issuer, issuerKey).getEncoded();
      return new Made(CertificateChain.certificate(der), keys.getPrivate());
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509CertificateHolder holder(X500Name issuer, PrivateKey issuerKey)
      throws IOException, OperatorCreationException {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            serial,
            Date.from(notBefore),
            Date.from(notAfter),
            new X500Name(subject),
            keys.getPublic());
    for (Extension extension : extensions.values()) {
      builder.addExtension(extension);
    }
    return builder.build(signer().build(issuerKey));
  }

  /** Bouncy Castle's, as the JDK does not know all names of RSASSA-PSS. */
  private JcaContentSignerBuilder signer() {
    return new JcaContentSignerBuilder(algorithm).setProvider(new BouncyCastleProvider());
  }

  public static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
