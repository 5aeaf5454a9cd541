package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.policy.Endpoint;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection in a pool goes before its server's certificate ends: the next one is shown a newer
 * certificate, and no request has to end with the old one.
 */
@Timeout(60)
class PooledProofTest {
  private static final Duration LIFE = Duration.ofMinutes(10);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectionIsClosedAMomentBeforeItsServersCertificateEnds(boolean http2) throws Exception {
    try (Mesh mesh = Mesh.ready();
        Wire wire = new Wire(mesh.inbound)) {
      show(mesh, mesh.authority.issue(Mesh.SERVER_ID, Instant.now().plus(LIFE)));
      mesh.destinations(
          List.of(
              mesh.destination(
                  "server",
                  Set.of(Mesh.SERVER_ID),
                  List.of(new Endpoint("127.0.0.1", wire.address().getPort(), true)))));
      Mesh.eventually(() -> served(mesh, http2) && wire.open() > 0);
      show(mesh, mesh.authority.issue(Mesh.SERVER_ID));
      assertThat(wire.open()).isPositive();
      mesh.clientAhead.set(LIFE.minusSeconds(3));
      Mesh.eventually(() -> wire.open() == 0);
      assertThat(served(mesh, http2)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectionIsClosedWhenTheClockIsSetBackToBeforeItsServersCertificate(boolean http2)
      throws Exception {
    try (Mesh mesh = Mesh.ready();
        Wire wire = new Wire(mesh.inbound)) {
      mesh.destinations(
          List.of(
              mesh.destination(
                  "server",
                  Set.of(Mesh.SERVER_ID),
                  List.of(new Endpoint("127.0.0.1", wire.address().getPort(), true)))));
      Mesh.eventually(() -> served(mesh, http2) && wire.open() > 0);
      mesh.clientAhead.set(Duration.ofHours(-2));
      Mesh.eventually(() -> wire.open() == 0);
      mesh.clientAhead.set(Duration.ZERO);
      Mesh.eventually(() -> served(mesh, http2));
    }
  }

  private static boolean served(Mesh mesh, boolean http2) {
    return http2 ? servedByHttp2(mesh) : servedByHttp1(mesh);
  }

  private static boolean servedByHttp2(Mesh mesh) {
    try (RawHttp2Client client =
        new RawHttp2Client(new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()))) {
      client.call(true, "GET", "/ok");
      return client.status(client.readAnswer()).equals("200");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean servedByHttp1(Mesh mesh) {
    try (RawClient client = mesh.call()) {
      return client.get("/ok", "server.b").status() == 200;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns once new connections are shown it. */
  private static void show(Mesh mesh, Credential leaf) throws Exception {
    mesh.serverCredentials.set(leaf, mesh.authority.root());
    Credential caller = mesh.authority.issue(Mesh.CLIENT_ID);
    Mesh.eventually(
        () -> {
          try (SSLSocket socket = mesh.tlsSocket(caller, "istio")) {
            return socket.getSession().getPeerCertificates()[0].equals(leaf.leaf());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
