package io.heraldmesh.identity;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Certificates as they stand in a chain: leaf first, each one followed by its issuer. Reading is
 * strict: DER only, nothing after a certificate, nothing but certificates, bounded. Whether they
 * really sign one another is for {@link PeerVerifier} to say.
 *
 * @param certificates never empty
 */
public record CertificateChain(List<X509Certificate> certificates) {
  /** A chain from anywhere may not hold more; longer ones are refused unread. */
  public static final int MAX_CERTIFICATES = 100;

  /** The most bytes of one certificate. */
  public static final int MAX_CERTIFICATE_BYTES = 64 * 1024;

  private static final int MAX_PEM_CHARS = 1024 * 1024;

  public CertificateChain {
    certificates = List.copyOf(certificates);
    if (certificates.isEmpty()) {
      throw new InvalidCertificate("no certificate");
    }
  }

  /**
   * @param pem CERTIFICATE blocks and white space, nothing else
   * @throws InvalidCertificate when it is anything else; the message says where
   */
  public static CertificateChain parsePem(String pem) {
    return new CertificateChain(parsePem(pem, Pem.Text.REFUSED));
  }

  /**
   * @throws InvalidCertificate when {@code der} is not one certificate after another
   */
  public static CertificateChain parseDer(List<byte[]> der) {
    if (der.size() > MAX_CERTIFICATES) {
      throw new InvalidCertificate("more than " + MAX_CERTIFICATES + " certificates");
    }
    return new CertificateChain(der.stream().map(CertificateChain::certificate).toList());
  }

  /**
   * Exactly one certificate.
   *
   * @throws InvalidCertificate when {@code der} is too big, is not DER, or has bytes after it
   */
  public static X509Certificate certificate(byte[] der) {
    if (der.length > MAX_CERTIFICATE_BYTES) {
      throw new InvalidCertificate("certificate is over " + MAX_CERTIFICATE_BYTES + " bytes");
    }
    // The factory would read PEM and PKCS#7 too, and BER, and leave the rest of the stream unread.
    if (der.length == 0 || der[0] != 0x30) {
      throw new InvalidCertificate("not a DER certificate");
    }
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      if (!Arrays.equals(certificate.getEncoded(), der)) {
        throw new InvalidCertificate("certificate is not DER, or has bytes after it");
      }
      return certificate;
    } catch (CertificateException e) {
      throw new InvalidCertificate(
          "certificate cannot be read: " + Printable.text(String.valueOf(e.getMessage())), e);
    }
  }

  public X509Certificate leaf() {
    return certificates.getFirst();
  }

  /** CERTIFICATE blocks, leaf first. */
  public String pem() {
    return pem(certificates);
  }

  /** Each certificate's DER, leaf first. */
  public List<byte[]> der() {
    return certificates.stream().map(CertificateChain::encoded).toList();
  }

  /**
   * The CERTIFICATE blocks of {@code pem}, in whatever order they stand; empty when there is none.
   *
   * @throws InvalidCertificate when anything else is in a block, or there are too many
   */
  public static List<X509Certificate> parsePem(String pem, Pem.Text text) {
    if (pem.length() > MAX_PEM_CHARS) {
      throw new InvalidCertificate("over " + MAX_PEM_CHARS + " characters");
    }
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem.Block block : Pem.read(pem, text)) {
      if (!block.label().equals("CERTIFICATE")) {
        throw new InvalidCertificate("expected only CERTIFICATE blocks, found " + block.label());
      }
      if (certificates.size() == MAX_CERTIFICATES) {
        throw new InvalidCertificate("more than " + MAX_CERTIFICATES + " certificates");
      }
      certificates.add(certificate(block.der()));
    }
    return certificates;
  }

  /** CERTIFICATE blocks in the order given. */
  public static String pem(List<X509Certificate> certificates) {
    StringBuilder out = new StringBuilder();
    certificates.forEach(c -> out.append(Pem.write("CERTIFICATE", encoded(c))));
    return out.toString();
  }

  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new InvalidCertificate("certificate cannot be encoded", e);
    }
  }
}
