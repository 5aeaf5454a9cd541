package io.heraldmesh.tls.hazelcast;

import io.heraldmesh.credentials.Credential;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A TLS client by the JDK's book that trusts any server: what it is answered is the test. */
final class MemberClient {
  static final int PATIENCE_MILLIS = 20_000;

  private MemberClient() {}

  /**
   * Shakes hands, says {@code first}, and reads as many bytes as there are, at most 64.
   *
   * @param leaf null: no certificate
   * @return what was answered; empty: the connection was closed without a word
   */
  static byte[] say(int port, @Nullable Credential leaf, byte[] first)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(leaf), new TrustManager[] {new AnyServer()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.startHandshake();
      socket.getOutputStream().write(first);
      socket.getOutputStream().flush();
      return read(socket.getInputStream());
    }
  }

  /** Sends bytes without TLS; returns what was answered until the end, at most 64 bytes. */
  static byte[] plain(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return read(socket.getInputStream());
    }
  }

  private static byte[] read(InputStream in) throws IOException {
    byte[] answer = new byte[64];
    int read = in.read(answer);
    return read <= 0 ? new byte[0] : java.util.Arrays.copyOf(answer, read);
  }

  private static KeyManager @Nullable [] keys(@Nullable Credential leaf)
      throws GeneralSecurityException, IOException {
    if (leaf == null) {
      return null;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "leaf", leaf.key(), new char[0], leaf.chain().toArray(new X509Certificate[0]));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static final class AnyServer implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new IllegalStateException("is a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      // The member is who the test started.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
