package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a client is listened to before it is told what it speaks: never for ever. */
@Timeout(60)
class DetectionTest {
  private static final String GREETING = "5.7 greeting\n";

  private ServerSocket service;
  private Mesh mesh;

  /** A service that speaks first, then sends back what it gets. */
  @BeforeEach
  void start() throws Exception {
    service = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::serve);
    mesh = new Mesh(Mesh.Options.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    service.close();
  }

  @ParameterizedTest
  @CsvSource({
    "TCP, STRICT, TCP", "TCP, PERMISSIVE, TCP", "TCP, STRICT, AUTO",
    "AUTO, STRICT, TCP", "AUTO, STRICT, AUTO", "AUTO, PERMISSIVE, AUTO"
  })
  void aServiceThatSpeaksFirstIsHeardThroughTheMesh(Protocol port, MtlsMode mode, Protocol outbound)
      throws Exception {
    start(port, outbound, mode);
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      assertGreeted(client);
    }
  }

  /** The node file says nothing of the port, and the service what it speaks. */
  @Test
  void nobodyWaitsWhereTheServiceCalledIsDeclaredToCarryBytes() throws Exception {
    start(Protocol.TCP, Protocol.AUTO, MtlsMode.STRICT, Duration.ofSeconds(40));
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      assertGreeted(client);
      String odd = "GET / HTTP/1.1\r\n\r\n";
      assertThat(client.send(odd).read(odd.length())).asString().isEqualTo(odd);
    }
  }

  /** Nothing has to be waited for: longer detection than the test has patience for. */
  @ParameterizedTest
  @CsvSource({"STRICT", "DISABLE"})
  void nobodyWaitsWhereThePortIsKnownToCarryBytes(MtlsMode mode) throws Exception {
    start(Protocol.TCP, Protocol.TCP, mode, Duration.ofSeconds(40));
    try (RawClient client =
        mode == MtlsMode.STRICT ? new RawClient(mesh.outboundPort) : new RawClient(mesh.inbound)) {
      assertGreeted(client);
    }
  }

  @ParameterizedTest
  @CsvSource({"TCP, PERMISSIVE", "AUTO, PERMISSIVE", "TCP, DISABLE", "AUTO, DISABLE"})
  void aSilentClientInPlainTextIsTakenForOneThatWaits(Protocol port, MtlsMode mode)
      throws Exception {
    start(port, Protocol.AUTO, mode);
    try (RawClient client = new RawClient(mesh.inbound)) {
      assertGreeted(client);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MtlsMode.class,
      names = {"PERMISSIVE", "DISABLE"})
  void soIsOneThatSendsTooLittleToTell(MtlsMode mode) throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, mode);
    for (String little : List.of("G", "get", "\r\n", "set k")) {
      try (RawClient client = new RawClient(mesh.inbound)) {
        client.send(little);
        assertThat(client.read(GREETING.length() + little.length()))
            .asString()
            .isEqualTo(GREETING + little);
      }
    }
    try (RawClient client = new RawClient(mesh.outboundPort)) {
      // the server side takes mesh TLS, or plain text where mesh TLS is off
      if (mode == MtlsMode.DISABLE) {
        mesh.destination(java.util.Set.of(), false);
      }
      client.send("PRI * HTTP/2.0\r\n");
      assertThat(client.read(GREETING.length() + 3)).asString().isEqualTo(GREETING + "PRI");
    }
  }

  /** Nor has anything to be waited for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HELLO world\n",
        "NICK bob\r\n",
        "SET k v\r\n",
        "DESCRIBE rtsp://a/b RTSP/1.0\r\n",
        "\r\n\r\nHELLO world\n",
        "hello world\n",
        "set k 0 0 1\r\n",
        "X1 y z\r\n",
        "*1\r\n$4\r\nPING\r\n",
        "0032git-upload-pack /p.git\0host=h\0",
        "15 <34>1 a b c d",
        "host - - [30/Nov/2026:13:05:00 +0000] \"GET / HTTP/1.1\" 200 12\n",
        "10.0.0.1 - - [..] \"GET / HTTP/1.1\" 200 12\n",
        "163 <34>1 h a \"GET / HTTP/1.1\" 200\n",
        "get http/foo\r\n",
        "0200B2200000001000000000",
        "a-word-that-is-longer-than-any-method-of-http"
      })
  void aWordMakesNoRequest(String line) throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, MtlsMode.PERMISSIVE, Duration.ofSeconds(40));
    List<Callable<RawClient>> ways =
        List.of(
            () -> new RawClient(mesh.inbound),
            this::insideMeshTls,
            () -> new RawClient(mesh.outboundPort));
    for (Callable<RawClient> way : ways) {
      try (RawClient client = way.call()) {
        client.send(line.substring(0, 5)).send(line.substring(5));
        assertThat(client.read(GREETING.length() + line.length()))
            .asString()
            .isEqualTo(GREETING + line);
      }
    }
  }

  /** Nor where the client has ended its direction: what it said is all there is. */
  @Test
  void whatAClientSaysThatEndsItsDirectionReachesTheServiceAndItsAnswerComesBack()
      throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, MtlsMode.PERMISSIVE, Duration.ofSeconds(40));
    for (InetSocketAddress way : List.of(mesh.inbound, mesh.outboundPort)) {
      try (RawClient client = new RawClient(way)) {
        client.send("PING").finishOutput();
        assertThat(client.readAll()).isEqualTo(GREETING + "PING");
      }
    }
  }

  @Test
  void soIsAServiceHeardThatSpeaksFirstByAClientThatOnlyListens() throws Exception {
    start(Protocol.TCP, Protocol.AUTO, MtlsMode.PERMISSIVE, Duration.ofSeconds(40));
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.finishOutput();
      assertThat(client.readAll()).isEqualTo(GREETING);
    }
  }

  @ParameterizedTest
  @CsvSource({"AUTO, PERMISSIVE", "AUTO, DISABLE"})
  void whoOnlyLooksWhetherThePortIsOpenDoesNotCallTheService(Protocol port, MtlsMode mode)
      throws Exception {
    start(port, Protocol.AUTO, mode, Duration.ofSeconds(40));
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.finishOutput();
      assertThat(client.readAll()).isEmpty();
    }
    assertThat(mesh.log).isEmpty();
  }

  /** As who looks whether a port is open: no fault of anybody. */
  @Test
  void whoSaysNothingWhereOnlyMeshTlsIsTakenIsClosedWithoutAWord() throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, MtlsMode.STRICT, Duration.ofSeconds(40));
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.finishOutput();
      assertThat(client.readAll()).isEmpty();
    }
    assertThat(mesh.log).isEmpty();
  }

  /** A service may make more of it than a strict reader does. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /admin\r\n",
        "GET /admin  http/1.1\r\n\r\n",
        "OPTIONS rtsp://a/b RTSP/1.0\r\n\r\n",
        "BREW /pot hTTp/1.1\r\n\r\n",
        "\r\nGET /admin HTTP/1.1\r\n\r\n",
        "\n\r\n\nGET /admin\r\n",
        " GET /admin HTTP/1.1\r\n\r\n",
        "GET\t/admin HTTP/1.1\r\n\r\n",
        "get /admin HTTP/1.1\r\n\r\n",
        "Get /admin http/1.1\r\n\r\n",
        "X1 /admin HTTP/1.1\r\n\r\n",
        "M /admin HTTP/1.1\r\n\r\n",
        "\r\nm-search_1 /admin HTTP/1.1\r\n\r\n",
        "A-METHOD-THAT-IS-LONGER-THAN-MOST /admin HTTP/1.1\r\n\r\n"
      })
  void whatMayBeReadAsARequestIsNotPassedAsBytes(String line) throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, MtlsMode.PERMISSIVE, Duration.ofSeconds(40));
    List<Callable<RawClient>> ways =
        List.of(() -> new RawClient(mesh.inbound), this::insideMeshTls);
    for (Callable<RawClient> way : ways) {
      try (RawClient client = way.call()) {
        assertThat(client.send(line).answer().status()).isEqualTo(400);
      }
    }
  }

  @Test
  void norIsALineThatDoesNotEnd() throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, MtlsMode.PERMISSIVE);
    for (String line : List.of("BREW /pot", "X1 /pot", "\r\nBREW /pot")) {
      try (RawClient client = new RawClient(mesh.inbound)) {
        assertThat(client.send(line).readAll()).isEmpty();
      }
    }
    try (RawClient client = new RawClient(mesh.inbound)) {
      assertThat(client.send("get /pot").answer().status()).isEqualTo(400);
    }
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.send("BREW /" + "pot".repeat(Limits.DEFAULTS.requestLineBytes() / 3));
      assertThat(client.answer().status()).isEqualTo(414);
    }
  }

  /** What cannot be told is not let past the policy for requests. */
  @Test
  void whatIsTakenForBytesIsDecidedAsBytes() throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, MtlsMode.PERMISSIVE);
    mesh.policy(
        MtlsMode.PERMISSIVE,
        new AuthorizationPolicy(
            "b", "nobody", AuthorizationPolicy.Action.ALLOW, false, List.of(), null));
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.send("G");
      assertThat(client.readAll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"HTTP", "HTTP2"})
  void aSilentClientOfAnHttpPortIsClosed(Protocol port) throws Exception {
    start(port, Protocol.AUTO, MtlsMode.PERMISSIVE);
    try (RawClient silent = new RawClient(mesh.inbound);
        RawClient slow = new RawClient(mesh.inbound)) {
      slow.send("G");
      assertThat(silent.readAll()).isEmpty();
      assertThat(slow.readAll()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MtlsMode.class,
      names = {"PERMISSIVE", "STRICT"})
  void aHelloThatTricklesInIsCutOff(MtlsMode mode) throws Exception {
    start(Protocol.AUTO, Protocol.AUTO, mode);
    for (byte[] beginning :
        List.of(new byte[] {22}, new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3})) {
      try (RawClient client = new RawClient(mesh.inbound)) {
        for (byte b : beginning) {
          client.send(new byte[] {b});
        }
        assertThat(client.readAll()).isEmpty();
      }
    }
    if (mode == MtlsMode.STRICT) {
      try (RawClient silent = new RawClient(mesh.inbound)) {
        assertThat(silent.readAll()).isEmpty();
      }
    }
    Mesh.eventually(
        () ->
            mesh.log.stream()
                .anyMatch(entry -> entry.reason().code().equals("first_bytes_timeout")));
  }

  private void start(Protocol port, Protocol outbound, MtlsMode mode) throws Exception {
    start(port, outbound, mode, Duration.ofMillis(300));
  }

  private void start(Protocol port, Protocol outbound, MtlsMode mode, Duration detection)
      throws Exception {
    mesh.close();
    mesh =
        Mesh.ready(
            new Mesh.Options(
                port,
                shortHandshake(detection),
                InstantSource.system(),
                outbound,
                Optional.of(new HostPort("127.0.0.1", service.getLocalPort()))));
    mesh.policy(mode);
  }

  private RawClient insideMeshTls() throws Exception {
    return mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio");
  }

  private static Limits shortHandshake(Duration detection) {
    return Limits.DEFAULTS.with(
        to ->
            to.handshake(Duration.ofSeconds(2))
                .requestHead(Duration.ofSeconds(2))
                .detection(detection));
  }

  private static void assertGreeted(RawClient client) throws Exception {
    assertThat(client.read(GREETING.length())).asString().isEqualTo(GREETING);
    client.send("hello");
    assertThat(client.read(5)).asString().isEqualTo("hello");
  }

  private void serve() {
    try {
      while (true) {
        Socket socket = service.accept();
        Thread.startVirtualThread(
            () -> {
              try (socket) {
                OutputStream out = socket.getOutputStream();
                out.write(GREETING.getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().transferTo(out);
              } catch (java.io.IOException e) {
                // the proxy went away
              }
            });
      }
    } catch (java.io.IOException e) {
      // closed
    }
  }
}
