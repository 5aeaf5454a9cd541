package io.heraldmesh.cluster;

import io.heraldmesh.bus.HeraldSvid;
import io.vertx.core.eventbus.impl.CodecManager;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A connection to a member's event bus that somebody else's certificate is shown on, or none. */
final class BusPeer implements AutoCloseable {
  private static final int ANSWER_WITHIN_MILLIS = 20_000;
  private static final int PONG = 1;

  private final Socket socket;

  BusPeer(HeraldSvid svid, int port) throws IOException, GeneralSecurityException {
    this(tls(shown(svid), port));
  }

  private BusPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(ANSWER_WITHIN_MILLIS);
  }

  /** Says the same without TLS. */
  static BusPeer inPlainText(int port) throws IOException {
    return new BusPeer(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Shows no certificate. */
  static BusPeer nameless(int port) throws IOException, GeneralSecurityException {
    return new BusPeer(tls(null, port));
  }

  private static KeyManager[] shown(HeraldSvid svid) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    char[] password = "in memory".toCharArray();
    keys.setKeyEntry("leaf", svid.key(), password, svid.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
    shown.init(keys, password);
    return shown.getKeyManagers();
  }

  private static Socket tls(KeyManager @Nullable [] shown, int port)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(shown, new TrustManager[] {new Anybody()}, null);
    return context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
  }

  /** Whether the bus answers, as members ask each other whether they are there. */
  boolean isAnswered() {
    try {
      socket.getOutputStream().write(ping());
      return socket.getInputStream().read() == PONG;
    } catch (IOException closed) {
      return false;
    }
  }

  private static byte[] ping() {
    return new ClusteredMessage<>(
            "outside", "__vertx_ping", null, null, CodecManager.PING_MESSAGE_CODEC, true, null)
        .encodeToWire()
        .getBytes();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Who the server is, is not what is asked here. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new IllegalStateException("is a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      // Believed.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
