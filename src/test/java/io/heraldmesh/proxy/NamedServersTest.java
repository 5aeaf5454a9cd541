package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * TLS of a workload's own, to its explicit listener: led by the name of the server that it asks
 * for, byte for byte, and nowhere else.
 */
@Timeout(60)
class NamedServersTest {
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

  private final List<Destination> destinations = new ArrayList<>();
  private TlsEchoApp app;
  private TlsEchoApp other;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    app = new TlsEchoApp("app.test");
    other = new TlsEchoApp("other.test");
    mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    app.close();
    other.close();
  }

  @Test
  void aServiceOfTheMeshIsCalledByMeshTlsWithTheClientsOwnInside() throws Exception {
    server(80, Protocol.TCP);
    assertThat(answers("server.b")).isEqualTo("CN=app.test");
    assertThat(mesh.logged("destination").mutualTls()).isTrue();
    assertThat(mesh.logged("destination").principal()).isEqualTo("mesh.test/ns/a/sa/client");
    assertThat(mesh.logged("source").destination()).isEqualTo("b/server");
  }

  @Test
  void aServerOutsideOfTheMeshIsCalledAsItIs() throws Exception {
    outside("api.outside.test", 443, app);
    assertThat(answers("api.outside.test")).isEqualTo("CN=app.test");
    assertThat(answers("API.Outside.Test")).isEqualTo("CN=app.test");
    assertThat(mesh.logged("source").destination()).isEqualTo("a/api.outside.test");
  }

  @Test
  void aNameIsMoreThanAPatternAndALongPatternMoreThanAShortOne() throws Exception {
    outside("*.test", 443, app);
    outside("*.outside.test", 443, other);
    assertThat(answers("a.outside.test")).isEqualTo("CN=other.test");
    assertThat(answers("b.c.test")).isEqualTo("CN=app.test");
    outside("a.outside.test", 443, app);
    assertThat(answers("a.outside.test")).isEqualTo("CN=app.test");
  }

  @Test
  void port443IsMeantOrElseTheOnlyOne() throws Exception {
    outside("two.test", 8443, other);
    assertThat(answers("two.test")).as("the only one").isEqualTo("CN=other.test");
    outside("two.test", 443, app);
    assertThat(answers("two.test")).isEqualTo("CN=app.test");
    outside("three.test", 8443, app);
    outside("three.test", 9443, other);
    assertRefused("three.test");
  }

  @Test
  void aNameThatIsNotKnownIsRefusedWithTheAlertThatSaysSo() throws Exception {
    outside("api.outside.test", 443, app);
    for (String name : List.of("unknown.test", "outside.test", "x.api.outside.test", "127.0.0.1")) {
      assertRefused(name);
    }
    assertThat(app.connections()).isZero();
    assertThat(mesh.meters.get("istio_tcp_connections_opened_total").counters())
        .as("series of names that clients chose")
        .extracting(counter -> counter.getId().getTag("destination_service"))
        .containsExactly("unknown");
  }

  @Test
  void tlsWithoutANameIsRefused() throws Exception {
    outside("api.outside.test", 443, app);
    assertRefused(null);
    assertThat(app.connections()).isZero();
  }

  /** Rules for requests would be passed by. */
  @ParameterizedTest
  @ValueSource(strings = {"HTTP", "HTTP2"})
  void whereRequestsAreDeclaredTlsIsRefused(Protocol protocol) throws Exception {
    server(443, protocol);
    assertRefused("server.b");
    assertThat(app.connections()).isZero();
  }

  @Test
  void theServersIdentityIsCheckedAsElsewhere() throws Exception {
    destinations.add(
        destination(
            "b/server", "server.b", 80, Protocol.TCP, inbound(new UpstreamTls.Mesh()), Set.of()));
    mesh.destinations(destinations);
    assertThatThrownBy(() -> answers("server.b")).isInstanceOf(IOException.class);
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_identity_refused");
    assertThat(app.connections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0"})
  void noAddressIsDialledThatOnlyThisMachineMayDial(String address) throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(app.address()).withoutLoopback());
    destinations.add(
        destination(
            "a/api.test",
            "api.test",
            443,
            Protocol.TCP,
            new Endpoint(address, app.address().port(), false),
            Set.of()));
    mesh.destinations(destinations);
    assertThatThrownBy(() -> answers("api.test")).isInstanceOf(IOException.class);
    assertThat(mesh.logged("source").flag()).isEqualTo("upstream_address_refused");
    assertThat(app.connections()).isZero();
  }

  @Test
  void aConnectionEndsWhenItsDestinationIsTakenBack() throws Exception {
    outside("api.outside.test", 443, app);
    try (SSLSocket client = tls("api.outside.test")) {
      assertThat(echo(client)).isEqualTo("hello");
      mesh.destinations(List.of());
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    } catch (SSLException ended) {
      // without TLS's own end
    }
    Mesh.eventually(() -> mesh.log.stream().anyMatch(e -> e.flag().equals("withdrawn")));
  }

  @Test
  void aHelloMayComeInPiecesAndIsNotWaitedForForEver() throws Exception {
    mesh.close();
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.requestHead(Duration.ofMillis(500)))));
    try (RawClient client = mesh.call()) {
      client.send(new byte[] {22}).send(new byte[] {3, 1, 2, 0, 1, 0, 1});
      assertThat(client.readAll()).isEmpty();
    }
  }

  @Test
  void bytesThatOnlyBeginAsTlsAreRefusedAndRequestsAreServedBesides() throws Exception {
    server(80, Protocol.HTTP);
    try (RawClient client = mesh.call()) {
      client.send(new byte[] {22, 3, 1, 0, 5, 9, 0, 0, 1, 0});
      assertThat(client.readAll().getBytes(StandardCharsets.ISO_8859_1))
          .isEqualTo(UNRECOGNIZED_NAME);
    }
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/x", "nowhere.test").status()).isEqualTo(502);
    }
  }

  // ---- destinations

  private void server(int port, Protocol protocol) {
    destinations.add(
        destination(
            "b/server",
            "server.b",
            port,
            protocol,
            inbound(new UpstreamTls.Mesh()),
            Set.of(Mesh.SERVER_ID)));
    mesh.destinations(destinations);
  }

  private Endpoint inbound(UpstreamTls tls) {
    return new Endpoint("127.0.0.1", mesh.inbound.getPort(), tls);
  }

  private void outside(String host, int port, TlsEchoApp to) {
    destinations.add(
        destination(
            "a/" + host,
            host,
            port,
            Protocol.TCP,
            new Endpoint("127.0.0.1", to.address().port(), false),
            Set.of()));
    mesh.destinations(destinations);
  }

  private static Destination destination(
      String service,
      String host,
      int port,
      Protocol protocol,
      Endpoint endpoint,
      Set<io.heraldmesh.identity.SpiffeId> identities) {
    return new Destination(
        service,
        Set.of(host),
        port,
        protocol,
        "outbound_." + port + "_._." + host,
        identities,
        List.of(endpoint));
  }

  // ---- the client

  private void assertRefused(@Nullable String name) {
    mesh.log.clear();
    assertThatThrownBy(() -> answers(name))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("unrecognized_name");
    // An earlier call's row may come after the log was cleared: its client does not wait for that.
    Mesh.eventually(
        () ->
            mesh.log.stream()
                .anyMatch(
                    row ->
                        row.reporter().equals("source") && row.reason().code().equals("no_route")));
  }

  /** The subject of who answers for {@code name}, after it has sent something back. */
  private String answers(@Nullable String name) throws Exception {
    try (SSLSocket client = tls(name)) {
      assertThat(echo(client)).isEqualTo("hello");
      X509Certificate server = (X509Certificate) client.getSession().getPeerCertificates()[0];
      return server.getSubjectX500Principal().getName();
    }
  }

  /** What came back; where that is nothing or an exception, the proxies' rows say why. */
  private String echo(SSLSocket client) throws IOException {
    try {
      client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      String back = new String(client.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
      return back.length() == 5
          ? back
          : "\"%s\" and the end, connections %d and %d, log %s"
              .formatted(back, app.connections(), other.connections(), mesh.log);
    } catch (IOException e) {
      e.addSuppressed(new IOException("log " + mesh.log));
      throw e;
    }
  }

  private SSLSocket tls(@Nullable String name) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Mesh.Anyone()}, new SecureRandom());
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    if (name != null) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      socket.setSSLParameters(parameters);
    }
    socket.setSoTimeout(10_000);
    socket.connect(mesh.outbound);
    return socket;
  }
}
