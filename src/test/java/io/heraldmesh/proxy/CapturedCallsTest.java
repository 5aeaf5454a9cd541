package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.policy.VirtualAddresses;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a workload that the system captured: by name, by address, and out of the mesh. */
class CapturedCallsTest {
  private static final InetSocketAddress SOMEWHERE = new InetSocketAddress("192.0.2.7", 80);
  private static final InetSocketAddress VIRTUAL = new InetSocketAddress("10.96.0.10", 80);
  private static final InetSocketAddress VIRTUAL6 = new InetSocketAddress("fd00::10", 80);

  @TempDir private Path folder;
  private Mesh mesh;
  private final EchoApp echo = echo();

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    echo.close();
  }

  @Test
  void requestsGoToTheServiceTheyNameWhereverTheyWereGoing() throws Exception {
    start(Protocol.HTTP, false);
    try (RawClient client = dial(SOMEWHERE)) {
      assertThat(client.get("/by/name", "server.b").status()).isEqualTo(200);
      assertThat(client.get("/again", "server.b.svc.cluster.local:9999").status()).isEqualTo(200);
    }
    assertThat(mesh.logged("destination").principal()).isEqualTo("mesh.test/ns/a/sa/client");
    assertThat(mesh.logged("destination").mutualTls()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10", "[fd00::10]", "whatever.example"})
  void requestsThatNameNothingGoToWhatTheirAddressStandsFor(String host) throws Exception {
    start(Protocol.HTTP, true);
    for (InetSocketAddress address : List.of(VIRTUAL, VIRTUAL6, workload(), mesh.inbound)) {
      try (RawClient client = dial(address)) {
        assertThat(client.get("/by/address", host).status()).as("%s", address).isEqualTo(200);
      }
      assertThat(mesh.logged("destination").mutualTls()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10", "fd00::10", "10.97.3.4", "127.0.0.1"})
  void bytesGoByAddressAndPort(String address) throws Exception {
    start(Protocol.TCP, true);
    try (RawClient client = dial(new InetSocketAddress(address, 80))) {
      client.send("\u0000\u00ffhello");
      assertThat(client.read(7))
          .isEqualTo("\u0000\u00ffhello".getBytes(StandardCharsets.ISO_8859_1));
    }
    assertThat(mesh.logged("destination").mutualTls()).isTrue();
  }

  @Test
  void aServerMaySpeakFirstWhereItsPortIsDeclaredSo() throws Exception {
    try (GreetingApp greeting = new GreetingApp()) {
      with(Mesh.Options.DEFAULT.tcp(greeting.address()));
      snapshot(Protocol.TCP, true);
      try (RawClient client = dial(VIRTUAL)) {
        assertThat(new String(client.read(5), StandardCharsets.US_ASCII)).isEqualTo("ready");
      }
    }
  }

  @Test
  void whatNamesNothingOfTheMeshGoesWhereItWasGoingByteForByte() throws Exception {
    start(Protocol.HTTP, false);
    String odd =
        "GeT http://elsewhere.example/%zz HTTP/1.1\r\nhOsT: elsewhere.example\r\n x\r\n\r\n";
    for (String bytes : List.of(odd, "\u0016\u0003\u0001\u0000\u0001\u0005", "no request at all")) {
      try (RawClient client = dial(outside())) {
        client.send(bytes);
        assertThat(client.read(bytes.length()))
            .isEqualTo(bytes.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    Mesh.eventually(
        () -> mesh.log.stream().anyMatch(e -> "PassthroughCluster".equals(e.destination())));
  }

  @Test
  void onThePortOfAServiceUnknownHostsPassAndKnownOnesDoNot() throws Exception {
    start(Protocol.HTTP, false);
    // the port that the outside server happens to have is one where services of the mesh are named
    mesh.client.apply(
        new NodeSnapshot(
            "client",
            List.of(Mesh.workloadPolicy(Mesh.CLIENT, MtlsMode.STRICT)),
            List.of(at("localhost", outside().getPort(), Protocol.HTTP, VirtualAddresses.NONE))));
    String unknown = "GET / HTTP/1.1\r\nhost: unknown.example\r\nx:  y\r\n\r\n";
    try (RawClient client = dial(outside())) {
      client.send(unknown.substring(0, 20)).send(unknown.substring(20));
      assertThat(client.read(unknown.length()))
          .isEqualTo(unknown.getBytes(StandardCharsets.ISO_8859_1));
    }
    try (RawClient client = dial(outside())) {
      assertThat(client.send("\r\n\r\n").get("/", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.logged("destination").mutualTls()).isTrue();
  }

  /** Of a line that could be a request's, no more than that line is waited for. */
  @Test
  void onThePortOfAServiceAWordInCapitalsPassesAsBytes() throws Exception {
    start(Protocol.HTTP, false);
    mesh.destinations(
        List.of(at("localhost", outside().getPort(), Protocol.HTTP, VirtualAddresses.NONE)));
    try (RawClient client = dial(outside())) {
      assertThat(client.send("HELLO world\n").read(12)).asString().isEqualTo("HELLO world\n");
    }
  }

  @Test
  void onThePortByWhichAServerOfBytesIsKnownRequestsGoToTheServiceThatTheyName() throws Exception {
    start(Protocol.HTTP, false);
    List<Endpoint> outside =
        List.of(new Endpoint("localhost", outside().getPort(), new UpstreamTls.Plaintext(), 80));
    mesh.destinations(
        List.of(
            at(80, Protocol.HTTP, VirtualAddresses.NONE),
            new Destination(
                "b/outside",
                Set.of("db.outside.test"),
                80,
                Protocol.TCP,
                "outbound_.80_._.db.outside.test",
                Set.of(),
                outside,
                Balancing.DEFAULT,
                new VirtualAddresses(List.of("0.0.0.0/0", "::/0"), false, null))));
    try (RawClient client = dial(SOMEWHERE)) {
      assertThat(client.get("/by/name", "server.b").status()).isEqualTo(200);
    }
    for (String bytes :
        List.of(
            "GET / HTTP/1.1\r\nhost: unknown.example\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "no request at all")) {
      try (RawClient client = dial(SOMEWHERE)) {
        client.send(bytes);
        assertThat(client.read(bytes.length()))
            .isEqualTo(bytes.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  @Test
  void withRegistryOnlyRequestsToNowhereAre502AndBytesAreClosed() throws Exception {
    start(Protocol.HTTP, true);
    registryOnly(Protocol.HTTP);
    try (RawClient client = dial(outside())) {
      assertThat(client.get("/", "unknown.example").status()).isEqualTo(502);
    }
    try (RawClient client = dial(outside())) {
      assertThat(client.send("no request at all").readAll()).isEmpty();
    }
    assertThat(echo.connections()).isZero();
    Mesh.eventually(
        () ->
            mesh.log.stream()
                    .filter(e -> e.reason().code().equals("no_route"))
                    .filter(e -> "BlackHoleCluster".equals(e.destination()))
                    .count()
                == 2);
    assertThat(
            mesh.meters
                .get("istio_requests_total")
                .tag("destination_service_name", "BlackHoleCluster")
                .tag("response_code", "502")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(connections("opened", "BlackHoleCluster", "NR")).isEqualTo(1);
    assertThat(connections("closed", "BlackHoleCluster", "NR")).isEqualTo(1);
    try (RawClient client = dial(VIRTUAL)) {
      assertThat(client.get("/", "10.96.0.10").status()).isEqualTo(200);
    }
  }

  /** What the caller dialled is called by TLS, as for a ServiceEntry with resolution NONE. */
  @Test
  void whereTheClientChoosesTheAddressItIsCalledByTheTlsThatIsSaidOfTheService() throws Exception {
    OutsideAuthority authority = new OutsideAuthority("outside");
    authority.issue("api", "api.outside.test").write(file("api.pem"), file("api.key"));
    int port =
        Mesh.await(
                mesh.vertx
                    .createHttpServer(
                        new HttpServerOptions()
                            .setSsl(true)
                            .setKeyCertOptions(
                                new PemKeyCertOptions()
                                    .setCertPath(file("api.pem").toString())
                                    .setKeyPath(file("api.key").toString())))
                    .requestHandler(request -> request.response().end())
                    .listen(0, "127.0.0.1"))
            .actualPort();
    UpstreamTls tls =
        new UpstreamTls.Originated(
            null, Set.of(), authority.rootFile(file("roots.pem")).toString(), null);
    mesh.destinations(
        List.of(
            new Destination(
                "b/outside",
                Set.of("*.outside.test"),
                port,
                Protocol.HTTP,
                "",
                Set.of(),
                List.of(),
                Balancing.DEFAULT,
                new VirtualAddresses(List.of(), false, tls))));
    Mesh.eventually(
        () -> {
          try (RawClient client = dial(new InetSocketAddress("127.0.0.1", port))) {
            return client.get("/", "api.outside.test:" + port).status() == 200;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void aConnectionThatGetsNowhereIsCountedUnderTheServiceItWasFor() throws Exception {
    start(Protocol.TCP, true);
    int nobody;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = gone.getLocalPort();
    }
    for (List<Endpoint> endpoints :
        List.of(List.of(new Endpoint("127.0.0.1", nobody, false)), List.<Endpoint>of())) {
      mesh.destinations(List.of(at(endpoints, 80, Protocol.TCP, addresses())));
      try (RawClient client = dial(VIRTUAL)) {
        assertThat(client.send("hello").readAll()).isEmpty();
      }
    }
    for (String flag : List.of("UF", "UH")) {
      Mesh.eventually(() -> connections("closed", "server.b.svc.cluster.local", flag) == 1);
      assertThat(connections("opened", "server.b.svc.cluster.local", flag)).isEqualTo(1);
    }
  }

  private double connections(String what, String service, String flag) {
    return mesh
        .meters
        .find("istio_tcp_connections_" + what + "_total")
        .tags("reporter", "source", "destination_service", service, "response_flags", flag)
        .counters()
        .stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void whatLeavesTheMeshEndsWhenNothingMayAnyMore() throws Exception {
    start(Protocol.HTTP, false);
    try (RawClient client = dial(outside())) {
      client.send("hello");
      assertThat(client.read(5)).hasSize(5);
      registryOnly(Protocol.HTTP);
      assertThat(client.readAll()).isIn("", "bye");
    }
  }

  /** However young it is: it went there under a snapshot of before. */
  @Test
  void aRequestEndsWithItsDestination() throws Exception {
    start(Protocol.HTTP, false);
    try (RawClient client = dial(SOMEWHERE)) {
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      mesh.destinations(List.of());
      assertThat(client.answer().status()).isEqualTo(503);
    }
  }

  @Test
  void whoDialsTheListenerItselfOrAnotherOfTheNodeIsRefused() throws Exception {
    start(Protocol.HTTP, false);
    try (RawClient client = new RawClient(mesh.outboundCapture)) {
      assertThat(client.readAll()).isEmpty();
    }
    refusedWith("not_captured");
    for (InetSocketAddress own :
        List.of(mesh.outboundCapture, mesh.outbound, mesh.inboundCapture)) {
      try (RawClient client = dial(own)) {
        assertThat(client.readAll()).isEmpty();
      }
    }
    refusedWith("loop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "169.254.169.254", "fe80::1", "0.0.0.0"})
  void noAddressIsDialledForAClientThatOnlyThisMachineMayDial(String address) throws Exception {
    with(Mesh.Options.DEFAULT.withoutLoopback());
    snapshot(Protocol.HTTP, false);
    try (RawClient client = dial(new InetSocketAddress(address, echo.address().port()))) {
      assertThat(client.send("hello").readAll()).isEmpty();
    }
    refusedWith("upstream_address_refused");
    assertThat(echo.connections()).isZero();
  }

  @Test
  void noServiceIsCalledPastItsProxy() throws Exception {
    start(Protocol.HTTP, false);
    int port = mesh.app.address().port();
    try (RawClient client = dial(new InetSocketAddress("127.0.0.1", port))) {
      assertThat(client.send("hello").readAll()).isEmpty();
    }
    refusedWith("upstream_address_refused");
  }

  private void start(Protocol protocol, boolean addresses) throws Exception {
    with(
        protocol == Protocol.TCP
            ? Mesh.Options.DEFAULT.tcp(echo.address())
            : Mesh.Options.DEFAULT.protocol(protocol));
    snapshot(protocol, addresses);
  }

  private void snapshot(Protocol protocol, boolean addresses) {
    mesh.destinations(List.of(at(80, protocol, addresses ? addresses() : VirtualAddresses.NONE)));
  }

  private void registryOnly(Protocol protocol) {
    mesh.client.apply(
        new NodeSnapshot(
            "client",
            List.of(Mesh.workloadPolicy(Mesh.CLIENT, MtlsMode.STRICT)),
            List.of(at(80, protocol, addresses())),
            List.of(),
            true));
  }

  private static VirtualAddresses addresses() {
    return new VirtualAddresses(List.of("10.96.0.10", "fd00::10", "10.97.0.0/16"), false, null);
  }

  private Destination at(int port, Protocol protocol, VirtualAddresses addresses) {
    return at("127.0.0.1", port, protocol, addresses);
  }

  private Destination at(String endpoint, int port, Protocol protocol, VirtualAddresses addresses) {
    return at(
        List.of(new Endpoint(endpoint, mesh.inbound.getPort(), new UpstreamTls.Mesh(), 8080)),
        port,
        protocol,
        addresses);
  }

  private static Destination at(
      List<Endpoint> endpoints, int port, Protocol protocol, VirtualAddresses addresses) {
    return new Destination(
        "b/server",
        Set.of("server.b", "server.b.svc.cluster.local"),
        port,
        protocol,
        "outbound_.80_._.server.b.svc.cluster.local",
        Set.of(Mesh.SERVER_ID),
        endpoints,
        Balancing.DEFAULT,
        addresses);
  }

  /** What a client without a proxy would dial. */
  private static InetSocketAddress workload() {
    return new InetSocketAddress("127.0.0.1", 8080);
  }

  private InetSocketAddress outside() {
    return new InetSocketAddress("127.0.0.1", echo.address().port());
  }

  private void with(Mesh.Options options) throws Exception {
    mesh.close();
    mesh = Mesh.ready(options);
  }

  private RawClient dial(InetSocketAddress address) throws Exception {
    return mesh.dialled.connect(mesh.outboundCapture, address);
  }

  private void refusedWith(String code) {
    Mesh.eventually(() -> mesh.log.stream().anyMatch(e -> e.reason().code().equals(code)));
  }

  private static EchoApp echo() {
    try {
      return new EchoApp();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
