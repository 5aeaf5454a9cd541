package io.heraldmesh.jwks;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose servers are believed when key sets are fetched over https. */
final class TrustRoots {
  private TrustRoots() {}

  /**
   * @param pem certificates of our own; null for none
   * @param andSystem whether the JDK's roots count too
   * @throws IllegalArgumentException when {@code pem} holds no certificate, or nothing would be
   *     trusted at all
   */
  static TrustManager manager(@Nullable String pem, boolean andSystem) {
    try {
      if (pem == null) {
        if (!andSystem) {
          throw new IllegalArgumentException(
              "no root is trusted for fetching key sets; give some, or use the system's");
        }
        return manager((KeyStore) null);
      }
      KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
      roots.load(null, null);
      int next = 0;
      for (Certificate root : certificates(pem)) {
        roots.setCertificateEntry("root-" + next++, root);
      }
      if (andSystem) {
        for (Certificate root : manager((KeyStore) null).getAcceptedIssuers()) {
          roots.setCertificateEntry("root-" + next++, root);
        }
      }
      return manager(roots);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot build the trust for fetching key sets", e);
    }
  }

  private static Collection<? extends Certificate> certificates(String pem) {
    try {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException("trust roots for key sets hold no certificate");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IllegalArgumentException("trust roots for key sets are not PEM certificates", e);
    }
  }

  /**
   * @param roots null: the JDK's
   */
  private static X509TrustManager manager(@Nullable KeyStore roots)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(roots);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new IllegalStateException("the JDK has no X.509 trust manager");
  }
}
