package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.policy.MtlsMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
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
      ResumingClient client = new ResumingClient(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      for (int i = 1; i <= 3; i++) {
        assertThat(client.get(mesh.inbound)).isEqualTo(200);
        assertThat(client.looked).hasValue(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientWhoseRootIsGoneDoesNotComeBackByItsSession(String protocol) throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      ResumingClient client = new ResumingClient(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      assertThat(client.get(mesh.inbound)).isEqualTo(200);
      TestAuthority next = new TestAuthority("next");
      mesh.serverCredentials.set(
          next.issue(Mesh.SERVER_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
      Mesh.eventually(() -> client.refused(mesh.inbound));
      for (int i = 0; i < 3; i++) {
        assertThat(client.refused(mesh.inbound)).isTrue();
      }
      mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), mesh.authority.root());
      Mesh.eventually(() -> !client.refused(mesh.inbound));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void afterARotationOfTheServersLeafTheNewOneIsShown(String protocol) throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      ResumingClient client = new ResumingClient(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      assertThat(client.get(mesh.inbound)).isEqualTo(200);
      Credential renewed = mesh.authority.issue(Mesh.SERVER_ID);
      mesh.serverCredentials.set(renewed, mesh.authority.root());
      Mesh.eventually(() -> !client.refused(mesh.inbound) && renewed.leaf().equals(client.shown));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientWhoseDomainIsNoLongerTakenDoesNotComeBackByItsSession(String protocol)
      throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      ResumingClient client = new ResumingClient(mesh.authority.issue(Mesh.CLIENT_ID), protocol);
      mesh.policy(MtlsMode.STRICT);
      assertThat(client.get(mesh.inbound)).isEqualTo(200);
      mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), Map.of());
      Mesh.eventually(() -> client.refused(mesh.inbound));
      assertThat(client.refused(mesh.inbound)).isTrue();
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
        ResumingClient client = new ResumingClient(authority.issue(Mesh.CLIENT_ID), protocol);
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
}
