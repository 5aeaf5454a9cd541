package io.heraldmesh.lab;

import io.heraldmesh.credentials.Credential;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Somebody who can reach a port. Blocking; the thread must be in the stranger's host. */
final class Stranger {
  static final String CLOSED = "closed";
  static final String OPEN = "still open";

  private final InetSocketAddress target;
  private final int patienceMillis;

  /**
   * @param patienceMillis how long an answer is waited for
   */
  Stranger(String address, int port, int patienceMillis) {
    this.target = new InetSocketAddress(address, port);
    this.patienceMillis = patienceMillis;
  }

  Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(patienceMillis);
    socket.connect(target, patienceMillis);
    return socket;
  }

  /** Whether the other side closes it until then; it may say something before. */
  static boolean closes(Socket socket, long deadline) {
    byte[] buffer = new byte[4096];
    try {
      InputStream in = socket.getInputStream();
      int read;
      do {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        socket.setSoTimeout((int) Math.max(1, left));
        read = in.read(buffer);
      } while (read >= 0);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Sends bytes and reads to the end: {@link #CLOSED}, {@link #OPEN}, or what was answered. */
  String say(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      return said(socket, bytes);
    }
  }

  /**
   * The same within TLS.
   *
   * @param leaf null: without a certificate
   * @param protocols that ALPN offers
   */
  String sayInTls(@Nullable Credential leaf, byte[] bytes, String... protocols)
      throws IOException, GeneralSecurityException {
    return inTls(leaf, protocols, socket -> said(socket, bytes));
  }

  /** The first line that is answered within TLS, or as {@link #sayInTls}. */
  String answerInTls(Credential leaf, byte[] bytes) throws IOException, GeneralSecurityException {
    return inTls(
        leaf,
        new String[] {"istio"},
        socket -> {
          try {
            socket.getOutputStream().write(bytes);
            String line =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return line == null ? CLOSED : line;
          } catch (SocketTimeoutException e) {
            return OPEN;
          } catch (IOException e) {
            return CLOSED;
          }
        });
  }

  private interface Talk {
    String with(SSLSocket socket);
  }

  private String inTls(@Nullable Credential leaf, String[] protocols, Talk talk)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(leaf), new TrustManager[] {new AnyServer()}, null);
    Socket plain = connect();
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(plain, target.getHostString(), target.getPort(), true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(protocols);
      socket.setSSLParameters(parameters);
      try {
        socket.startHandshake();
      } catch (IOException e) {
        return "refused: " + e.getMessage();
      }
      return talk.with(socket);
    }
  }

  private static String said(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[4096];
      int all = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        all += n;
        if (all > 1 << 20) {
          return "more than 1 MiB";
        }
      }
      return CLOSED;
    } catch (SocketTimeoutException e) {
      return OPEN;
    } catch (IOException e) {
      return e.getMessage() != null && e.getMessage().contains("alert")
          ? "refused: " + e.getMessage()
          : CLOSED;
    }
  }

  private static KeyManager @Nullable [] keys(@Nullable Credential leaf)
      throws GeneralSecurityException, IOException {
    if (leaf == null) {
      return null;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "leaf", leaf.key(), new char[0], leaf.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return Arrays.copyOf(factory.getKeyManagers(), factory.getKeyManagers().length);
  }

  /** A stranger does not care whom it speaks with. */
  private static final class AnyServer implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new IllegalStateException("is a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      // any
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
