package io.heraldmesh.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** What a TLS server shows before it knows its client. */
final class ShownLeaf {
  private ShownLeaf() {}

  /** Serial of the leaf, in hex. */
  static String serial(int port) {
    String[] serial = {""};
    X509TrustManager noting =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new IllegalStateException("is a client");
          }

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String authType) {
            serial[0] = chain[0].getSerialNumber().toString(16);
          }

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, new TrustManager[] {noting}, null);
      try (SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
        socket.startHandshake();
      }
    } catch (IOException | GeneralSecurityException refusedAfterwards) {
      // The certificate was seen.
    }
    return serial[0];
  }
}
