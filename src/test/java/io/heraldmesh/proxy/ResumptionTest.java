package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.policy.MtlsMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No TLS session is resumed, so none skips a check: a client that keeps its sessions, tickets of
 * TLS 1.3 and session ids or tickets of TLS 1.2, makes a whole handshake each time. Whether it did
 * shows in the certificate that it has to look at, which a resumed session does not show again.
 */
@Timeout(60)
class ResumptionTest {

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void everyConnectionIsAWholeHandshake(String protocol) throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      Client client = new Client(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      for (int i = 1; i <= 3; i++) {
        assertThat(client.get(mesh)).isEqualTo(200);
        assertThat(client.looked).hasValue(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientWhoseRootIsGoneDoesNotComeBackByItsSession(String protocol) throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      Client client = new Client(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      assertThat(client.get(mesh)).isEqualTo(200);
      TestAuthority next = new TestAuthority("next");
      mesh.serverCredentials.set(
          next.issue(Mesh.SERVER_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      Mesh.eventually(() -> client.refused(mesh));
      for (int i = 0; i < 3; i++) {
        assertThat(client.refused(mesh)).isTrue();
      }
      mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), mesh.authority.root());
      Mesh.eventually(() -> !client.refused(mesh));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void afterARotationOfTheServersLeafTheNewOneIsShown(String protocol) throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      Client client = new Client(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      assertThat(client.get(mesh)).isEqualTo(200);
      Credential renewed = mesh.authority.issue(Mesh.SERVER_ID);
      mesh.serverCredentials.set(renewed, mesh.authority.root());
      Mesh.eventually(() -> !client.refused(mesh) && renewed.leaf().equals(client.shown));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientWhoseDomainIsNoLongerTakenDoesNotComeBackByItsSession(String protocol)
      throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      Client client = new Client(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      mesh.policy(MtlsMode.STRICT);
      assertThat(client.get(mesh)).isEqualTo(200);
      mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), Map.of());
      Mesh.eventually(() -> client.refused(mesh));
      assertThat(client.refused(mesh)).isTrue();
    }
  }

  /** Without this the others prove nothing: the same client does resume where it may. */
  @Test
  void theControlResumes() throws Exception {
    TestAuthority authority = new TestAuthority("control");
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {new OneKey(authority.issue(Mesh.SERVER_ID))},
        new TrustManager[] {new Mesh.Anyone()},
        new SecureRandom());
    try (SSLServerSocket server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answer(server));
      for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
        Client client = new Client(authority.issue(Mesh.CLIENT_ID), protocol);
        for (int i = 0; i < 3; i++) {
          assertThat(client.get((InetSocketAddress) server.getLocalSocketAddress())).isEqualTo(200);
        }
        assertThat(client.looked).as(protocol).hasValue(1);
      }
    }
  }

  private static void answer(SSLServerSocket server) {
    while (!server.isClosed()) {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        RawClient client = new RawClient(socket);
        client.headOnly();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        client.closed();
      } catch (IOException e) {
        // the test is over, or its client gone
      }
    }
  }

  /** Keeps its sessions from one connection to the next. */
  private static final class Client {
    final AtomicInteger looked = new AtomicInteger();
    volatile @Nullable X509Certificate shown;
    private final SSLContext context;
    private final String protocol;

    Client(Credential credential, String protocol) throws Exception {
      this.protocol = protocol;
      context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new OneKey(credential)},
          new TrustManager[] {new Looking()},
          new SecureRandom());
    }

    int get(Mesh mesh) throws IOException {
      return get(mesh.inbound);
    }

    /** As {@code host:port} is what a session is kept under, always the same. */
    int get(InetSocketAddress address) throws IOException {
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

    boolean refused(Mesh mesh) {
      try {
        return get(mesh) != 200;
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
}
