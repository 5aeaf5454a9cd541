package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Whatever a name resolves to, a client is not led to what trusts this machine. */
class ClientReachTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready(Mesh.Options.DEFAULT.withoutLoopback());
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aServiceOfThisMachineIsCalledWhereTheResourceWritesItsAddress() throws Exception {
    to("127.0.0.1", mesh.app.address().port());
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void butNotByAName() throws Exception {
    refused("localhost", mesh.app.address().port(), "loopback address");
  }

  @Test
  void norByTheAddressThatMeansEveryInterface() throws Exception {
    refused("0.0.0.0", mesh.app.address().port(), "unspecified address");
  }

  @Test
  void norThroughATunnel() throws Exception {
    to("localhost", mesh.app.address().port());
    try (RawClient client = mesh.call()) {
      client.head("CONNECT server.b:80 HTTP/1.1", "Host: server.b:80");
      assertThat(client.answer().status()).isEqualTo(503);
    }
    assertThat(mesh.app.connections()).isZero();
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_address_refused");
  }

  /** The client takes the tunnel for open and sends what is for its end. */
  @Test
  void whatFollowsARefusedConnectIsNoRequest() throws Exception {
    try (RawClient client = mesh.call()) {
      client.send(
          "CONNECT nobody.b:443 HTTP/1.1\r\nHost: nobody.b:443\r\n\r\n"
              + "GET /ok HTTP/1.1\r\nHost: server.b\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(502);
      assertThat(client.readAll()).isEmpty();
    }
    assertThat(mesh.app.seen()).isEmpty();
  }

  @Test
  void aListenerThatLeadsToOneServiceLeadsNoTunnelToAnother() throws Exception {
    List<Endpoint> there = List.of(new Endpoint("127.0.0.1", mesh.inbound.getPort(), true));
    Set<SpiffeId> server = Set.of(Mesh.SERVER_ID);
    mesh.destinations(
        List.of(
            mesh.destination("server", server, there), mesh.destination("other", server, there)));
    assertThat(tunnel(mesh.outbound, "other.b:80")).isEqualTo(200);
    assertThat(tunnel(mesh.outboundPort, "other.b:80")).isEqualTo(502);
    Mesh.eventually(
        () ->
            mesh.log.stream()
                .anyMatch(
                    row -> String.valueOf(row.reason().detail()).contains("leads to server.b:80")));
    assertThat(tunnel(mesh.outboundPort, "server.b.svc.cluster.local:80")).isEqualTo(200);
  }

  private static int tunnel(InetSocketAddress listener, String authority) throws Exception {
    try (RawClient client = new RawClient(listener)) {
      client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority);
      return client.answer().status();
    }
  }

  @Test
  void theCloudsMetadataServiceIsNeverCalled() throws Exception {
    refused("169.254.169.254", 80, "link-local address");
  }

  @Test
  void anOutboundListenerIsNotCalledByItsOwnNode() throws Exception {
    refused("127.0.0.1", mesh.outbound.getPort(), "own listeners");
  }

  @Test
  void whoProvesAnIdentityIsCalledHere() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void aWorkloadOfTheNodeThatTakesPlainTextIsCalledThroughItsListener() throws Exception {
    mesh.policy(MtlsMode.DISABLE);
    to("127.0.0.1", mesh.inbound.getPort());
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theServiceSeesThatTheProxyCalls() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.app.callers()).containsExactly("127.0.0.6");
  }

  private void refused(String host, int port, String why) throws Exception {
    to(host, port);
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.app.connections()).isZero();
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_address_refused");
    assertThat(mesh.logged("source").reason().detail()).contains(why);
  }

  private void to(String host, int port) {
    mesh.destinations(
        List.of(
            mesh.destination(
                "server", Set.of(Mesh.SERVER_ID), List.of(new Endpoint(host, port, false)))));
  }
}
