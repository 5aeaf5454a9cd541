package io.heraldmesh.proxy;

import io.heraldmesh.credentials.Credential;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A TLS client that keeps its sessions from one connection to the next. Whether it resumed one
 * shows in the certificates that it looked at, which a resumed session does not show again.
 */
public final class ResumingClient {
  public final AtomicInteger looked = new AtomicInteger();
  volatile @Nullable X509Certificate shown;
  private final SSLContext context;
  private final String protocol;

  public ResumingClient(Credential credential, String protocol) throws Exception {
    this.protocol = protocol;
    context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {new OneKey(credential)},
        new TrustManager[] {new Looking()},
        new SecureRandom());
  }

  /** As {@code host:port} is what a session is kept under, always the same. */
  public int get(InetSocketAddress address) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(address.getAddress().getHostAddress(), address.getPort())) {
      socket.setEnabledProtocols(new String[] {protocol});
      RawClient client = new RawClient(socket);
      return client.get("/ok", "server.b").status();
    }
  }

  boolean refused(InetSocketAddress address) {
    try {
      return get(address) != 200;
    } catch (SSLHandshakeException e) {
      return true;
    } catch (IOException e) {
      return true; // in TLS 1.3 the refusal comes after the client's handshake is over
    }
  }

  private final class Looking implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      looked.incrementAndGet();
      shown = chain[0];
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
