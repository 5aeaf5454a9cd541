package io.heraldmesh.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides inside the handshake whether a server outside of the mesh is the one that was called: its
 * chain leads to a root that is trusted, and its certificate is for one of the expected names.
 */
final class ServerTrust extends EngineTrust {
  private final X509TrustManager chains;
  private final ExpectedServers<String> expected;

  private ServerTrust(X509TrustManager chains, ExpectedServers<String> expected) {
    this.chains = chains;
    this.expected = expected;
  }

  /**
   * @param roots empty: the JDK's
   */
  static ServerTrust of(List<X509Certificate> roots, ExpectedServers<String> expected) {
    try {
      KeyStore store = null;
      if (!roots.isEmpty()) {
        store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < roots.size(); i++) {
          store.setCertificateEntry("root-" + i, roots.get(i));
        }
      }
      return new ServerTrust(manager(store), expected);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot build the trust for servers", e);
    }
  }

  private static X509TrustManager manager(@Nullable KeyStore roots)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(roots);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new IllegalStateException("the JDK has no X.509 trust manager");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, authType, expected.get(engine.getPeerPort()));
  }

  /** Whether what was shown in a handshake would be believed again. */
  void checkAgain(X509Certificate[] chain, Set<String> names) throws PeerRefused {
    check(chain, "UNKNOWN", names);
  }

  private void check(X509Certificate[] chain, String authType, Set<String> names)
      throws PeerRefused {
    try {
      chains.checkServerTrusted(chain, authType);
      chain[0].checkValidity(); // one that is itself among the roots has no path to check
    } catch (CertificateException e) {
      throw new PeerRefused("untrusted_server", String.valueOf(e.getMessage()));
    }
    if (!ServerNames.match(chain[0], names)) {
      throw new PeerRefused(
          "other_name", "the server's certificate is for none of the names " + names);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("there are no clients here");
  }
}
