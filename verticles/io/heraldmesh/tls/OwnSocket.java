package io.heraldmesh.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Connects to a port of this process, to see what it shows. */
final class OwnSocket {
  /** In which also a busy machine gets to its first handshake. */
  private static final int PATIENCE_MILLIS = 30_000;

  private OwnSocket() {}

  /**
   * Blocks.
   *
   * @throws IllegalStateException when the server shows none or another certificate than the one of
   *     {@code keys}, or talks to a client that has none
   */
  static void requireLeaf(InetSocketAddress address, X509ExtendedKeyManager keys) {
    AtomicReference<@Nullable X509Certificate> shown = new AtomicReference<>();
    boolean served;
    try (Socket plain = new Socket()) {
      plain.connect(address, PATIENCE_MILLIS);
      plain.setSoTimeout(PATIENCE_MILLIS);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, new TrustManager[] {new Noting(shown)}, null);
      try (SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(plain, "localhost", address.getPort(), true)) {
        socket.startHandshake();
        served = talks(socket);
      } catch (IOException refused) {
        if (shown.get() == null) {
          throw refused;
        }
        served = false;
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("TLS of the event bus cannot be tried: " + e, e);
    }
    X509Certificate[] own = keys.getCertificateChain("");
    if (own == null || !own[0].equals(shown.get())) {
      throw new IllegalStateException("the event bus does not show the certificate it was given");
    }
    if (served) {
      throw new IllegalStateException("the event bus talks to clients without a certificate");
    }
  }

  /** In TLS 1.3 a client learns only by reading that it was refused. */
  private static boolean talks(SSLSocket socket) {
    try {
      socket.getInputStream().read();
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private record Noting(AtomicReference<@Nullable X509Certificate> shown)
      implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new IllegalStateException("is a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      // Nothing is said to it; who it is, is compared.
      shown.set(chain[0]);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
