package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Operation;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.policy.WorkloadPolicy;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link WithdrawalTest} says of requests and TCP holds for streams of HTTP/2 and gRPC, for
 * WebSockets, for another trust domain and for tokens.
 */
@Timeout(90)
class WithdrawnStreamsTest {
  private static final TrustDomain OTHER = new TrustDomain("other.test");
  private static final AuthorizationPolicy NOBODY =
      new AuthorizationPolicy("b", "nobody", Action.ALLOW, false, List.of(), null);
  private static final AuthorizationPolicy ONLY_OK =
      new AuthorizationPolicy(
          "b",
          "only-ok",
          Action.ALLOW,
          false,
          List.of(
              new Rule(
                  List.of(),
                  List.of(
                      new Operation(
                          TextField.ANY,
                          PortField.ANY,
                          TextField.ANY,
                          new TextField(List.of(TextMatch.of("/ok")), List.of()))),
                  List.of())),
          null);
  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

  @Test
  void anHttp2StreamThatWaitsIsRefusedAndTheConnectionGoesOn() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawHttp2Client client = http2(mesh)) {
      get(client, 1, "/hang");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      mesh.policy(MtlsMode.STRICT, ONLY_OK);
      RawHttp2Client.Frame answer = client.readAnswer();
      assertThat(answer.stream()).isEqualTo(1);
      assertThat(client.status(answer)).isEqualTo("403");
      get(client, 3, "/ok");
      assertThat(client.status(answerOn(client, 3))).isEqualTo("200");
    }
  }

  @Test
  void aGrpcStreamThatHasBegunIsResetAndItsConnectionGoesOn() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawHttp2Client client = http2(mesh)) {
      mesh.app.rawAnswer(
          "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nContent-Length: 100\r\n\r\nhalf");
      client.call(true, "POST", "/raw", "content-type", "application/grpc", "te", "trailers");
      assertThat(client.status(answerOn(client, 1))).isEqualTo("200");
      mesh.policy(MtlsMode.STRICT, ONLY_OK);
      RawHttp2Client.Frame end = answerOn(client, 1);
      assertThat(end.type()).isEqualTo(RawHttp2Client.RST_STREAM);
      get(client, 3, "/ok");
      assertThat(client.status(answerOn(client, 3))).isEqualTo("200");
    }
  }

  @Test
  void aConnectionThatMayAskNothingAnyMoreEndsWhenItsStreamsAreAnswered() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawHttp2Client client = http2(mesh)) {
      get(client, 1, "/hang");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      mesh.policy(MtlsMode.STRICT, NOBODY);
      assertThat(client.status(answerOn(client, 1))).isEqualTo("403");
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void anHttp2ConnectionEndsWithItsRootAndAllItsStreams() throws Exception {
    try (Mesh mesh = Mesh.ready();
        RawHttp2Client client = http2(mesh)) {
      get(client, 1, "/hang");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      otherRoot(mesh);
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void anHttp2ConnectionEndsWithItsCertificate() throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(() -> Instant.now().plus(ahead.get())));
        RawHttp2Client client = http2(mesh)) {
      get(client, 1, "/ok");
      assertThat(client.status(answerOn(client, 1))).isEqualTo("200");
      ahead.set(Duration.ofDays(2));
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void aTcpStreamEndsWithItsRootOrItsCertificate() throws Exception {
    for (boolean root : new boolean[] {true, false}) {
      AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
      try (EchoApp app = new EchoApp();
          Mesh mesh =
              Mesh.ready(
                  Mesh.Options.DEFAULT
                      .tcp(app.address())
                      .clock(() -> Instant.now().plus(ahead.get())));
          RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
        client.send("one");
        assertThat(client.read(3)).hasSize(3);
        if (root) {
          otherRoot(mesh);
        } else {
          ahead.set(Duration.ofDays(2));
        }
        assertThat(client.closed()).as("root: %s", root).isTrue();
        assertThat(mesh.logged("destination").flag()).isEqualTo("withdrawn");
      }
    }
  }

  @Test
  void aWebSocketEndsWithItsRootOrItsCertificate() throws Exception {
    for (boolean root : new boolean[] {true, false}) {
      AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
      try (Mesh mesh =
              Mesh.ready(Mesh.Options.DEFAULT.clock(() -> Instant.now().plus(ahead.get())));
          RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
        mesh.app.rawAnswer(SWITCHED);
        client.head(
            "GET /raw HTTP/1.1",
            "Host: server.b",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
        if (root) {
          otherRoot(mesh);
        } else {
          ahead.set(Duration.ofDays(2));
        }
        assertThat(client.closed()).as("root: %s", root).isTrue();
      }
    }
  }

  @Test
  void aConnectionFromAnotherTrustDomainEndsWithThatDomainsBundleAndOursGoesOn() throws Exception {
    TestAuthority foreign = new TestAuthority("foreign");
    try (Mesh mesh = Mesh.ready()) {
      trust(
          mesh,
          Map.of(Mesh.DOMAIN, List.of(mesh.authority.root()), OTHER, List.of(foreign.root())));
      mesh.server.apply(snapshot(List.of(), List.of(), Mesh.DOMAIN, OTHER));
      try (RawClient guest =
              mesh.meshClient(foreign.issue(SpiffeId.workload(OTHER, "a", "client")), "istio");
          RawClient own = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
        assertThat(guest.get("/ok", "server.b").status()).isEqualTo(200);
        assertThat(own.get("/ok", "server.b").status()).isEqualTo(200);
        trust(mesh, Map.of(Mesh.DOMAIN, List.of(mesh.authority.root())));
        assertThat(guest.closed()).isTrue();
        assertThat(own.get("/ok", "server.b").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aConnectionFromAnotherTrustDomainEndsWhenPolicyNoLongerTakesThatDomain() throws Exception {
    TestAuthority foreign = new TestAuthority("foreign");
    try (Mesh mesh = Mesh.ready()) {
      trust(
          mesh,
          Map.of(Mesh.DOMAIN, List.of(mesh.authority.root()), OTHER, List.of(foreign.root())));
      mesh.server.apply(snapshot(List.of(), List.of(), Mesh.DOMAIN, OTHER));
      try (RawClient guest =
          mesh.meshClient(foreign.issue(SpiffeId.workload(OTHER, "a", "client")), "istio")) {
        assertThat(guest.get("/ok", "server.b").status()).isEqualTo(200);
        mesh.server.apply(snapshot(List.of(), List.of(), Mesh.DOMAIN));
        assertThat(guest.closed()).isTrue();
      }
    }
  }

  /** As docs/differences.md says: a token counts when a request begins, its key all along. */
  @Test
  void aStreamOutlivesItsTokenButNotTheTokensKey() throws Exception {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    try (Mesh mesh = Mesh.ready(Mesh.Options.DEFAULT.clock(() -> Instant.now().plus(ahead.get())));
        RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
      mesh.server.apply(snapshot(List.of(rule(key)), List.of(), Mesh.DOMAIN));
      mesh.app.rawAnswer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
      String token = "Authorization: Bearer " + token(key, Instant.now().plusSeconds(300));
      client.head("GET /raw HTTP/1.1", "Host: server.b", token);
      assertThat(client.headOnly()).startsWith("HTTP/1.1 200 ");
      assertThat(client.read(4)).hasSize(4);
      ahead.set(Duration.ofMinutes(10));
      try (RawClient late = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio")) {
        late.head("GET /ok HTTP/1.1", "Host: server.b", token);
        assertThat(late.answer().status()).isEqualTo(401);
      }
      ECKey next = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
      mesh.server.apply(snapshot(List.of(rule(next)), List.of(), Mesh.DOMAIN));
      assertThat(client.closed()).isTrue();
      assertThat(
              mesh.log.stream()
                  .filter(e -> e.flag().equals("withdrawn"))
                  .map(e -> e.reason().code()))
          .first()
          .asString()
          .startsWith("jwt_");
    }
  }

  private static RawHttp2Client http2(Mesh mesh) throws Exception {
    return new RawHttp2Client(
        mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio", "istio-h2", "h2"));
  }

  private static void get(RawHttp2Client client, int stream, String path) throws IOException {
    client.call(stream, true, "GET", path);
  }

  private static RawHttp2Client.Frame answerOn(RawHttp2Client client, int stream)
      throws IOException {
    RawHttp2Client.Frame frame = client.readAnswer();
    while (frame.stream() != stream) {
      frame = client.readAnswer();
    }
    return frame;
  }

  /** Within the 10 s that a read may take. */
  private static boolean ended(RawHttp2Client client) {
    long start = System.nanoTime();
    client.readGoAway();
    return System.nanoTime() - start < Duration.ofSeconds(9).toNanos();
  }

  private static void otherRoot(Mesh mesh) {
    TestAuthority next = new TestAuthority("next");
    mesh.serverCredentials.set(
        next.issue(Mesh.SERVER_ID), Map.of(Mesh.DOMAIN, List.of(next.root())));
  }

  /** Returns once new connections are made under these roots, which the server's new leaf shows. */
  private static void trust(Mesh mesh, Map<TrustDomain, List<X509Certificate>> roots)
      throws Exception {
    Credential shown = mesh.authority.issue(Mesh.SERVER_ID);
    mesh.serverCredentials.set(shown, roots);
    Credential caller = mesh.authority.issue(Mesh.CLIENT_ID);
    Mesh.eventually(
        () -> {
          try (SSLSocket socket = mesh.tlsSocket(caller, "istio")) {
            return socket.getSession().getPeerCertificates()[0].equals(shown.leaf());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static NodeSnapshot snapshot(
      List<JwtRule> rules, List<AuthorizationPolicy> policies, TrustDomain... domains) {
    return new NodeSnapshot(
        "server",
        List.of(
            new WorkloadPolicy(
                Mesh.SERVER,
                Mesh.SERVER.name(),
                MtlsMode.STRICT,
                Map.of(),
                rules,
                policies,
                PathNormalization.BASE,
                List.of(domains),
                AuthenticationPolicies.NONE)),
        List.of());
  }

  private static JwtRule rule(ECKey key) {
    return new JwtRule(
        "me",
        List.of(),
        new KeySource.Inline(new JWKSet(key).toString()),
        List.of(),
        List.of(),
        List.of(),
        true,
        null,
        List.of(),
        Set.of());
  }

  private static String token(ECKey key, Instant end) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
            new JWTClaimsSet.Builder()
                .issuer("me")
                .subject("alice")
                .expirationTime(Date.from(end))
                .build());
    jwt.sign(new ECDSASigner(key));
    return jwt.serialize();
  }
}
