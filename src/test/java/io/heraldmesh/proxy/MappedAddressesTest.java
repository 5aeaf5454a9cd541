package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.resource.read.ResourceReader;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ::ffff:a.b.c.d} is the IPv4 address everywhere: a caller by IPv4 at a listener of both
 * families, what a policy compares, what a request names, and where a call may lead.
 */
@Timeout(60)
class MappedAddressesTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready(Mesh.Options.DEFAULT.on("::"));
    toServer("server.b", new Endpoint("127.0.0.1", mesh.inbound.getPort(), true));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aCallerByIpv4IsLoggedAndNamedToTheServiceByItsIpv4Address() throws Exception {
    try (RawClient client = by4(mesh.outbound)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.logged("source").source()).isEqualTo("127.0.0.1");
    assertThat(mesh.logged("destination").source()).isEqualTo("127.0.0.1");
    assertThat(mesh.app.last().values("x-forwarded-for")).containsExactly("127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOW, ipBlocks,          127.0.0.0/8,            200",
    "ALLOW, ipBlocks,          ::ffff:127.0.0.0/104,   200",
    "ALLOW, ipBlocks,          10.0.0.0/8,             403",
    "ALLOW, ipBlocks,          ::/0,                   403",
    "ALLOW, notIpBlocks,       127.0.0.1,              403",
    "DENY,  ipBlocks,          127.0.0.1,              403",
    "DENY,  ipBlocks,          ::ffff:127.0.0.1,       403",
    "DENY,  remoteIpBlocks,    127.0.0.1,              403",
    "DENY,  remoteIpBlocks,    ::ffff:127.0.0.1,       403",
    "DENY,  notRemoteIpBlocks, ::ffff:127.0.0.1,       200",
  })
  void aPolicyComparesTheIpv4Address(String action, String field, String block, int status)
      throws Exception {
    policy(
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: by-address, namespace: b}
        spec:
          action: %s
          rules:
          - from: [{source: {%s: ["%s"]}}]
        """
            .formatted(action, field, block));
    try (RawClient client = by4(mesh.inbound)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(status);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10", "[::ffff:10.96.0.10]", "[::FFFF:0a60:000a]"})
  void aRequestMayNameTheAddressEitherWay(String host) throws Exception {
    toServer("10.96.0.10", new Endpoint("127.0.0.1", mesh.inbound.getPort(), true));
    try (RawClient client = by4(mesh.outbound)) {
      assertThat(client.get("/ok", host).status()).as(host).isEqualTo(200);
    }
  }

  @Test
  void aListenerOfThisNodeIsFoundByTheMappedAddressToo() throws Exception {
    toServer("server.b", new Endpoint("::ffff:127.0.0.1", mesh.outbound.getPort(), false));
    assertRefused("own listeners");
  }

  @ParameterizedTest
  @ValueSource(strings = {"::ffff:169.254.169.254", "::ffff:0.0.0.0", "::ffff:100.100.100.200"})
  void noAddressIsDialledThatNobodyMayBeLedTo(String address) throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.withoutLoopback());
    toServer("server.b", new Endpoint(address, 80, false));
    assertRefused("");
  }

  private void assertRefused(String why) throws Exception {
    try (RawClient client = by4(mesh.outbound)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_address_refused");
    assertThat(mesh.logged("source").reason().detail()).contains(why);
  }

  private void policy(String yaml) {
    mesh.server.apply(
        new NodeSnapshot(
            "server",
            List.of(
                new MeshCompiler(Mesh.DOMAIN)
                    .workload(
                        ResourceReader.read("policy.yaml", yaml),
                        Mesh.SERVER,
                        Mesh.SERVER.name(),
                        Map.of())),
            List.of()));
  }

  private void toServer(String host, Endpoint endpoint) {
    mesh.destinations(
        List.of(
            mesh.destination("server", Set.of(Mesh.SERVER_ID), Set.of(host), List.of(endpoint))));
  }

  private static RawClient by4(InetSocketAddress listener) throws Exception {
    return new RawClient(new InetSocketAddress("127.0.0.1", listener.getPort()));
  }
}
