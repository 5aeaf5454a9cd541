package io.heraldmesh.cluster;

import io.heraldmesh.bus.HeraldSvid;
import io.vertx.core.eventbus.impl.CodecManager;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A connection to a member's event bus that somebody else's certificate is shown on. */
final class BusPeer implements AutoCloseable {
  private static final int ANSWER_WITHIN_MILLIS = 20_000;
  private static final int PONG = 1;

  private final SSLSocket socket;

  BusPeer(HeraldSvid svid, int port) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    char[] password = "in memory".toCharArray();
    keys.setKeyEntry("leaf", svid.key(), password, svid.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
    shown.init(keys, password);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(shown.getKeyManagers(), new TrustManager[] {new Anybody()}, null);
    socket =
        (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(ANSWER_WITHIN_MILLIS);
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
