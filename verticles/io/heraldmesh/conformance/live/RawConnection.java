package io.heraldmesh.conformance.live;

import io.heraldmesh.credentials.Credential;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Sends bytes as they are, in plain text or inside mutual TLS, and reads what comes. */
final class RawConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  private RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static RawConnection plain(InetSocketAddress address) throws IOException {
    return new RawConnection(new Socket(address.getAddress(), address.getPort()));
  }

  /** As a workload of the mesh does, with its leaf; the server's is not looked at. */
  static RawConnection mutual(InetSocketAddress address, Credential leaf, String... alpn)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "leaf", leaf.key(), new char[0], leaf.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {new Anyone()}, new SecureRandom());
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    socket.connect(address);
    return new RawConnection(socket);
  }

  /** What comes, not read yet. */
  InputStream input() {
    return in;
  }

  /** Sends all, or as much as the other side takes before it closes. */
  void send(byte[] bytes, boolean oneByOne) {
    try {
      if (!oneByOne) {
        socket.getOutputStream().write(bytes);
      }
      for (int i = 0; oneByOne && i < bytes.length; i++) {
        socket.getOutputStream().write(bytes, i, 1);
        socket.getOutputStream().flush();
      }
      socket.getOutputStream().flush();
    } catch (IOException refused) {
      // closed before all was sent
    }
  }

  /** The status of the next response, whose body is read away; 0 when none comes. */
  int status() throws IOException {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    while (!raw.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        return 0;
      }
      raw.write(b);
    }
    String head = raw.toString(StandardCharsets.ISO_8859_1);
    int at = head.toLowerCase(Locale.ROOT).indexOf("\r\ncontent-length:");
    if (at >= 0) {
      in.skipNBytes(Long.parseLong(head.substring(at + 17, head.indexOf("\r\n", at + 2)).strip()));
    }
    return Integer.parseInt(head.substring(9, 12));
  }

  /**
   * Everything until the other side closes.
   *
   * @throws SocketTimeoutException when it does not
   */
  String rest() throws IOException {
    try {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketTimeoutException open) {
      throw open;
    } catch (IOException reset) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static final class Anyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
