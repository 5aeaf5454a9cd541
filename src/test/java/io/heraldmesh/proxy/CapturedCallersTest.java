package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.WorkloadPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls to a workload that the system captured: to declared ports, to others, to none. */
class CapturedCallersTest {
  private static final InetSocketAddress DECLARED = new InetSocketAddress("10.0.0.5", 8080);

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    mesh.policy(MtlsMode.PERMISSIVE);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aDeclaredPortIsServedAsByItsOwnListener() throws Exception {
    try (RawClient client = dial(DECLARED)) {
      assertThat(client.get("/plain", "whatever").status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().line()).startsWith("GET /plain");
    assertThat(mesh.app.callers()).containsExactly("127.0.0.6");
    assertThat(mesh.logged("destination").mutualTls()).isFalse();
    mesh.policy(MtlsMode.STRICT);
    try (RawClient client = dial(DECLARED)) {
      assertThat(client.head("GET / HTTP/1.1", "Host: x").readAll()).isEmpty();
    }
    refusedWith("mtls_required");
  }

  @Test
  void aPortThatNobodyDeclaredLeadsToTheAddressThatWasDialled() throws Exception {
    try (EchoApp other = new EchoApp()) {
      try (RawClient client = dial(at(other.address()))) {
        client.send("some bytes");
        assertThat(client.read(10)).hasSize(10);
      }
      assertThat(other.connections()).isEqualTo(1);
    }
    try (RecordingApp other = new RecordingApp();
        RawClient client = dial(at(other.address()))) {
      assertThat(client.get("/undeclared", "x").status()).isEqualTo(200);
      assertThat(other.callers()).containsExactly("127.0.0.6");
    }
  }

  @Test
  void policyOfThePortThatWasDialledHolds() throws Exception {
    try (EchoApp open = new EchoApp();
        EchoApp closed = new EchoApp()) {
      mesh.server.apply(
          new NodeSnapshot(
              "server",
              List.of(
                  new WorkloadPolicy(
                      Mesh.SERVER,
                      "server",
                      MtlsMode.STRICT,
                      Map.of(open.address().port(), MtlsMode.DISABLE),
                      List.of(),
                      List.of(),
                      PathNormalization.BASE,
                      List.of(Mesh.DOMAIN),
                      AuthenticationPolicies.NONE)),
              List.of()));
      try (RawClient client = dial(at(open.address()))) {
        client.send("hello");
        assertThat(client.read(5)).hasSize(5);
      }
      try (RawClient client = dial(at(closed.address()))) {
        assertThat(client.send("hello").readAll()).isEmpty();
      }
      refusedWith("mtls_required");
      assertThat(closed.connections()).isZero();
    }
  }

  @Test
  void whatListensOnLoopbackAloneStaysThere() throws Exception {
    with(Mesh.Options.DEFAULT.withoutLoopback());
    try (EchoApp local = new EchoApp();
        RawClient client = dial(at(local.address()))) {
      assertThat(client.send("hello").readAll()).isEmpty();
      assertThat(local.connections()).isZero();
    }
    refusedWith("upstream_address_refused");
  }

  @Test
  void theServiceIsNotReachedByItsOwnPortPastTheDeclaredOne() throws Exception {
    try (RawClient client = dial(at(mesh.app.address()))) {
      assertThat(client.get("/past", "x").status()).isEqualTo(503);
    }
    refusedWith("upstream_address_refused");
    assertThat(mesh.app.seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void soItIsWhereTheNodeFileCallsItByAName(boolean known) throws Exception {
    try (RecordingApp app = new RecordingApp()) {
      HostPort named = new HostPort(InetAddress.getLocalHost().getHostName(), app.address().port());
      with(Mesh.Options.DEFAULT.service(named));
      if (known) {
        mesh.own.lookUp(List.of(named));
      }
      try (RawClient client = dial(at(app.address()))) {
        assertThat(client.get("/past", "x").status()).isEqualTo(503);
      }
      refusedWith("upstream_address_refused");
      assertThat(app.seen()).isEmpty();
    }
  }

  @Test
  void whoDialsTheListenerItselfIsClosed() throws Exception {
    try (RawClient client = new RawClient(mesh.inboundCapture)) {
      assertThat(client.readAll()).isEmpty();
    }
    refusedWith("not_captured");
  }

  @Test
  void aListenerOfTheNodeIsNoServiceOfTheWorkload() throws Exception {
    for (InetSocketAddress own : List.of(mesh.inbound, mesh.outbound, mesh.inboundCapture)) {
      try (RawClient client = dial(own)) {
        assertThat(client.get("/loop", "x").status()).isEqualTo(503);
      }
    }
    refusedWith("upstream_address_refused");
  }

  @Test
  void aServerThatSpeaksFirstDoesSoAfterTheWaitOfItsProtocol() throws Exception {
    with(
        Mesh.Options.DEFAULT
            .protocol(Protocol.HTTP)
            .limits(Limits.DEFAULTS.with(to -> to.detection(java.time.Duration.ofMillis(100)))));
    try (GreetingApp greeting = new GreetingApp();
        RawClient client = dial(at(greeting.address()))) {
      assertThat(new String(client.read(5), java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("ready");
    }
  }

  private static InetSocketAddress at(HostPort address) {
    return new InetSocketAddress(address.host(), address.port());
  }

  private void with(Mesh.Options options) throws Exception {
    mesh.close();
    mesh = Mesh.ready(options);
    mesh.policy(MtlsMode.PERMISSIVE);
  }

  private RawClient dial(InetSocketAddress address) throws Exception {
    return mesh.dialled.connect(mesh.inboundCapture, address);
  }

  private void refusedWith(String code) {
    Mesh.eventually(
        () ->
            mesh.log.stream()
                .anyMatch(e -> e.reason().code().equals(code) || e.flag().equals(code)));
  }
}
