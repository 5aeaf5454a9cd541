package io.heraldmesh;

import io.heraldmesh.identity.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that is not the mesh's: for servers outside of it, and for who calls them. */
public final class OutsideAuthority {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final KeyPair key = ecKey();
  private final X509Certificate root;

  public OutsideAuthority(String name) {
    root = sign("CN=" + name, "CN=" + name, key, key.getPrivate(), true);
  }

  /** A certificate, its key and its issuer. */
  public record Issued(X509Certificate certificate, PrivateKey key, X509Certificate root) {

    /** Of a server that takes clients of the same root; {@code need}: no others. */
    public SSLContext serverContext() throws GeneralSecurityException, IOException {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      own.setKeyEntry("own", key, new char[0], new X509Certificate[] {certificate});
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(own, new char[0]);
      KeyStore roots = KeyStore.getInstance("PKCS12");
      roots.load(null, null);
      roots.setCertificateEntry("root", root);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    }

    /** Replaces both files, each by one move. */
    public void write(Path certificateFile, Path keyFile) throws IOException {
      try {
        replace(certificateFile, Pem.write("CERTIFICATE", certificate.getEncoded()));
        replace(keyFile, Pem.write("PRIVATE KEY", key.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new IOException(e);
      }
    }
  }

  /** Names are DNS names, or IP addresses where they look so. */
  public Issued issue(String subject, String... names) {
    KeyPair own = ecKey();
    return new Issued(
        sign("CN=" + subject, "", own, key.getPrivate(), false, names), own.getPrivate(), root);
  }

  /** One that may sign others, with its names all the same. */
  public Issued issueAuthority(String subject, String... names) {
    KeyPair own = ecKey();
    return new Issued(
        sign("CN=" + subject, "", own, key.getPrivate(), true, names), own.getPrivate(), root);
  }

  /** One that ended an hour ago. */
  public Issued issueEnded(String subject, String... names) {
    KeyPair own = ecKey();
    Instant now = Instant.now();
    return new Issued(
        sign(
            "CN=" + subject,
            "",
            own,
            key.getPrivate(),
            false,
            now.minusSeconds(7200),
            now.minusSeconds(3600),
            names),
        own.getPrivate(),
        root);
  }

  /** A PEM file with the root. */
  public Path rootFile(Path file) throws IOException {
    try {
      return Files.writeString(file, Pem.write("CERTIFICATE", root.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new IOException(e);
    }
  }

  private X509Certificate sign(
      String subject,
      String issuer,
      KeyPair of,
      PrivateKey signer,
      boolean authority,
      String... names) {
    Instant now = Instant.now();
    return sign(
        subject,
        issuer,
        of,
        signer,
        authority,
        now.minusSeconds(3600),
        now.plusSeconds(86_400),
        names);
  }

  private X509Certificate sign(
      String subject,
      String issuer,
      KeyPair of,
      PrivateKey signer,
      boolean authority,
      Instant notBefore,
      Instant notAfter,
      String... names) {
    try {
      X500Name by =
          issuer.isEmpty()
              ? X500Name.getInstance(root.getSubjectX500Principal().getEncoded())
              : new X500Name(issuer);
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              by,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(notBefore),
              Date.from(notAfter),
              new X500Name(subject),
              of.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (names.length > 0) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                Arrays.stream(names)
                    .map(
                        name ->
                            new GeneralName(
                                name.matches("[0-9.]+|[0-9a-f]*:[0-9a-f:]*")
                                    ? GeneralName.iPAddress
                                    : name.contains("://")
                                        ? GeneralName.uniformResourceIdentifier
                                        : GeneralName.dNSName,
                                name))
                    .toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void replace(Path file, String text) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(beside, text);
    Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static KeyPair ecKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
