package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may not talk to whom. Each refusal stands beside the same call that passes. */
class MutualTlsTest {
  private static final String[] MESH_ALPN = {"istio", "istio-http/1.1", "http/1.1"};

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = new Mesh(Mesh.Options.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aCallerOfTheMeshIsLetIn() throws Exception {
    mesh.makeReady();
    try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), MESH_ALPN)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void meshTlsNeedsNoAlpnWhereAllMustBeMeshTls() throws Exception {
    mesh.makeReady();
    try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID))) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void aCallerWithoutACertificateIsRefused() throws Exception {
    mesh.makeReady();
    refused(() -> mesh.meshClient(null, MESH_ALPN));
  }

  @Test
  void aCallerOfAnotherAuthorityIsRefused() throws Exception {
    mesh.makeReady();
    TestAuthority other = new TestAuthority("other");
    refused(() -> mesh.meshClient(other.issue(Mesh.CLIENT_ID), MESH_ALPN));
    reason("peer_untrusted");
  }

  @Test
  void aCallerOfAnUnknownTrustDomainIsRefused() throws Exception {
    mesh.makeReady();
    SpiffeId foreign = SpiffeId.workload(new TrustDomain("elsewhere.test"), "a", "client");
    refused(() -> mesh.meshClient(mesh.authority.issue(foreign), MESH_ALPN));
    reason("peer_unknown_trust_domain");
  }

  @Test
  void aCallerOfAKnownButForeignTrustDomainIsRefused() throws Exception {
    mesh.makeReady();
    TrustDomain domain = new TrustDomain("elsewhere.test");
    TestAuthority other = new TestAuthority("other");
    mesh.serverCredentials.set(
        mesh.authority.issue(Mesh.SERVER_ID),
        Map.of(Mesh.DOMAIN, List.of(mesh.authority.root()), domain, List.of(other.root())));
    Mesh.eventually(() -> refusedWith(other, domain));
  }

  @Test
  void heraldsOwnPartsAreNoCallers() throws Exception {
    mesh.makeReady();
    SpiffeId node = SpiffeId.herald(Mesh.DOMAIN, HeraldRole.NODE, "n1");
    refused(() -> mesh.meshClient(mesh.authority.issue(node), MESH_ALPN));
  }

  @Test
  void plainTextIsClosedWithoutAnAnswerWhereMeshTlsIsRequired() throws Exception {
    mesh.makeReady();
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.head("GET /ok HTTP/1.1", "Host: server.b");
      assertThat(client.readAll()).isEmpty();
    }
    assertThat(mesh.app.connections()).isZero();
    reason("mtls_required");
  }

  @Test
  void nothingPassesBeforeTheFirstSnapshot() throws Exception {
    mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), mesh.authority.root());
    assertThat(mesh.server.inForce()).isFalse();
    refused(() -> mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), MESH_ALPN));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
  }

  @Test
  void nothingPassesWithoutALeaf() throws Exception {
    mesh.policy(MtlsMode.STRICT);
    mesh.destination(Set.of(Mesh.SERVER_ID), true);
    assertThat(mesh.server.inForce()).isFalse();
    refused(() -> mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), MESH_ALPN));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.logged("source").flag()).isEqualTo("no_credentials");
  }

  @Test
  void aServerThatIsSomebodyElseGetsNoByteOfTheRequest() throws Exception {
    mesh.makeReady();
    mesh.destination(Set.of(SpiffeId.workload(Mesh.DOMAIN, "b", "other")), true);
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
    assertThat(mesh.app.connections()).isZero();
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_identity_refused");
    assertThat(mesh.logged("source").reason().detail()).contains("other_identity");
    assertThat(mesh.meters.get("herald_upstream_identity_refused_total").counter().count())
        .isEqualTo(1);
  }

  @Test
  void aServerOfAnotherAuthorityIsRefused() throws Exception {
    mesh.makeReady();
    TestAuthority other = new TestAuthority("other");
    mesh.clientCredentials.set(mesh.authority.issue(Mesh.CLIENT_ID), other.root());
    // a request that was under way then is answered 503, too: what let it through was withdrawn
    Mesh.eventually(
        () ->
            status("/ok") == 503
                && mesh.logged("source").flag().equals("upstream_identity_refused"));
  }

  @Test
  void permissiveTakesPlainTextAndNeverABorrowedIdentity() throws Exception {
    mesh.makeReady();
    mesh.policy(MtlsMode.PERMISSIVE);
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.head(
          "GET /ok HTTP/1.1",
          "Host: server.b",
          "X-Forwarded-Client-Cert: By=x;URI=spiffe://mesh.test/ns/a/sa/admin",
          "X_Forwarded_Client-Cert: By=x;URI=spiffe://mesh.test/ns/a/sa/admin");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().head()).doesNotContainIgnoringCase("client-cert");
  }

  @Test
  void permissiveTerminatesMeshTls() throws Exception {
    mesh.makeReady();
    mesh.policy(MtlsMode.PERMISSIVE);
    try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), MESH_ALPN)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().values("x-forwarded-client-cert")).hasSize(1);
  }

  @Test
  void permissivePassesTlsOfTheServiceItselfByteForByte() throws Exception {
    mesh.close();
    try (EchoApp echo = new EchoApp()) {
      mesh =
          Mesh.ready(
              new Mesh.Options(
                  Protocol.HTTP,
                  Limits.DEFAULTS,
                  InstantSource.system(),
                  Protocol.AUTO,
                  Optional.of(echo.address())));
      mesh.policy(MtlsMode.PERMISSIVE);
      SSLEngine engine = SSLContext.getDefault().createSSLEngine();
      engine.setUseClientMode(true);
      ByteBuffer hello = ByteBuffer.allocate(32 * 1024);
      engine.wrap(ByteBuffer.allocate(0), hello);
      byte[] sent = Arrays.copyOf(hello.array(), hello.position());
      try (RawClient client = new RawClient(mesh.inbound)) {
        assertThat(client.send(sent).read(sent.length)).isEqualTo(sent);
      }
    }
  }

  @Test
  void aCertificateThatEndsEndsItsConnection() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(now::get));
    Instant end = Instant.now().plusSeconds(600);
    try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID, end), MESH_ALPN)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      now.set(end.plusSeconds(1));
      client.head("GET /ok HTTP/1.1", "Host: server.b");
      assertThat(client.readAll()).isEmpty();
    }
    reason("peer_expired");
  }

  private int status(String path) {
    try (RawClient client = mesh.call()) {
      return client.get(path, "server.b").status();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean refusedWith(TestAuthority other, TrustDomain domain) {
    try (RawClient client =
        mesh.meshClient(other.issue(SpiffeId.workload(domain, "a", "client")), MESH_ALPN)) {
      client.head("GET /ok HTTP/1.1", "Host: server.b");
      client.readAll();
    } catch (Exception e) {
      // the handshake may fail first
    }
    return mesh.app.seen().isEmpty()
        && mesh.log.stream()
            .anyMatch(entry -> entry.reason().code().equals("foreign_trust_domain"));
  }

  /** Connects, calls, and sees nothing come back nor anything reach the service. */
  private void refused(Connect connect) throws Exception {
    try (RawClient client = connect.get()) {
      client.head("GET /ok HTTP/1.1", "Host: server.b");
      assertThat(client.readAll()).isEmpty();
    } catch (IOException e) {
      // the handshake failed
    }
    assertThat(mesh.app.connections()).isZero();
  }

  private void reason(String code) {
    Mesh.eventually(() -> mesh.log.stream().anyMatch(entry -> entry.reason().code().equals(code)));
  }

  private interface Connect {
    RawClient get() throws Exception;
  }
}
