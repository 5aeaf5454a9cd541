package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.CONTINUATION;
import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.PING;
import static io.heraldmesh.proxy.RawHttp2Client.PRIORITY;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.SETTINGS;
import static io.heraldmesh.proxy.RawHttp2Client.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.log.AccessEntry;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * HTTP/2 that could be misread, or that only costs work, is refused on both listeners, nothing of
 * it reaches the service, and the next client is served.
 */
@Timeout(60)
class Http2AttacksTest {
  private static final int ENHANCE_YOUR_CALM = 11;

  private static Mesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
  }

  @BeforeEach
  void nothingSeen() {
    mesh.app.seen().clear();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("malformed")
  void aRequestThatIsNoLegalOneIsRefused(Http2Side side, String name, String[] fields)
      throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.request(1, true, fields);
      assertRefused(client);
    }
    assertThat(mesh.app.seen()).isEmpty();
    assertServed(side);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
            bad("transfer-encoding", "transfer-encoding", "chunked"),
            bad("connection", "connection", "keep-alive"),
            bad("keep-alive", "keep-alive", "timeout=5"),
            bad("proxy-connection", "proxy-connection", "close"),
            bad("upgrade", "upgrade", "h2c"),
            bad("te other than trailers", "te", "gzip"),
            bad("line break in a value", "x", "a\r\nsmuggled: 1"),
            bad("line break in a name", "x\r\ny", "1"),
            bad("NUL in a value", "x", "a\0b"),
            bad("upper case in a name", "X-Upper", "1"),
            bad("colon in a name", "x:y", "1"),
            bad("space in a name", "x y", "1"),
            bad("empty name", "", "1"),
            bad("unknown pseudo header", ":x", "1"),
            bad("pseudo header after a field", ":path", "/again"),
            whole("empty path", "GET", "http", "", "server.b"),
            whole("path without a slash", "GET", "http", "x", "server.b"),
            whole("path with a space", "GET", "http", "/a b", "server.b"),
            whole("scheme with a URL in it", "GET", "http://evil/x?", "/ok", "server.b"),
            whole("user in the authority", "GET", "http", "/ok", "u@server.b"),
            whole("two authorities", "GET", "http", "/ok", "server.b,evil"),
            whole("lower-case method", "get", "http", "/ok", "server.b"),
            whole("method with a space", "GET /x", "http", "/ok", "server.b"),
            Arguments.of("no path", new String[] {":method", "GET", ":scheme", "http"}),
            Arguments.of(
                "extended CONNECT",
                new String[] {
                  ":method",
                  "CONNECT",
                  ":protocol",
                  "websocket",
                  ":scheme",
                  "http",
                  ":path",
                  "/ok",
                  ":authority",
                  "server.b"
                }),
            Arguments.of(
                "two paths",
                new String[] {
                  ":method",
                  "GET",
                  ":scheme",
                  "http",
                  ":path",
                  "/ok",
                  ":path",
                  "/admin",
                  ":authority",
                  "server.b"
                }),
            Arguments.of(
                "another host than the authority",
                new String[] {
                  ":method",
                  "GET",
                  ":scheme",
                  "http",
                  ":path",
                  "/ok",
                  ":authority",
                  "server.b",
                  "host",
                  "evil"
                }))
        .flatMap(
            row ->
                Arrays.stream(Http2Side.values())
                    .map(side -> Arguments.of(side, row.get()[0], row.get()[1])));
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aSchemeInMixedCaseIsTheScheme(Http2Side side) throws Exception {
    for (String scheme : List.of("hTTp", "hTTpS")) {
      aSchemeInMixedCaseIsTheScheme(side, scheme);
    }
  }

  private static void aSchemeInMixedCaseIsTheScheme(Http2Side side, String scheme)
      throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.request(
          1, true, ":method", "GET", ":scheme", scheme, ":path", "/ok", ":authority", "server.b");
      RawHttp2Client.Frame answer = client.readAnswer();
      assertThat(client.status(answer)).isIn("200", "400");
    }
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void hostStandsInForAMissingAuthority(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.request(
          1, true, ":method", "GET", ":scheme", "http", ":path", "/ok", "host", "server.b");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(mesh.app.last().values("host")).containsExactly("server.b");
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aPseudoHeaderInTrailersIsRefused(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.request(1, false, request("POST", "/hang"));
      client.frame(HEADERS, END_HEADERS | END_STREAM, 1, RawHttp2Client.block(":path", "/admin"));
      assertRefused(client);
    }
    assertThat(mesh.app.seen()).noneMatch(seen -> seen.line().contains("admin"));
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aShortBlockThatUnpacksToALongHeaderIsRefused(Http2Side side) throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.writeBytes(RawHttp2Client.block(request("GET", "/ok")));
    bomb.write(0x40); // into the dynamic table
    bomb.write(1);
    bomb.write('x');
    RawHttp2Client.integer(bomb, 0, 7, 4000);
    bomb.writeBytes("v".repeat(4000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    for (int i = 0; i < 10_000; i++) {
      RawHttp2Client.integer(bomb, 0x80, 7, 62);
    }
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.frame(HEADERS, END_HEADERS | END_STREAM, 1, bomb.toByteArray());
      RawHttp2Client.Frame answer = client.readAnswer();
      if (answer.type() == HEADERS) {
        assertThat(client.status(answer)).isEqualTo("431");
      }
    }
    assertThat(mesh.app.seen()).isEmpty();
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aHeaderThatNeverEndsIsCutOff(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.frame(HEADERS, END_STREAM, 1, RawHttp2Client.block(request("GET", "/ok")));
      client.flood(100_000, CONTINUATION, 0, 1, RawHttp2Client.block("x", "y".repeat(50)));
      assertThat(client.readGoAway()).isNotZero();
    }
    assertThat(mesh.app.seen()).isEmpty();
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aHeaderThatGoesOnWithoutAByteIsCutOff(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.frame(HEADERS, END_STREAM, 1, RawHttp2Client.block(request("GET", "/ok")));
      client.flood(100_000, CONTINUATION, 0, 1, new byte[0]);
      assertThat(client.readGoAway()).isNotZero();
    }
    assertThat(mesh.app.seen()).isEmpty();
    assertServed(side);
  }

  /** The client has the proxy reset its streams, so that none counts as open (CVE-2025-8671). */
  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void resetsThatTheProxyIsMadeToSendEndTheConnection(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      try {
        for (int stream = 1; stream < 4000; stream += 2) {
          client.request(stream, true, request("GET", "/hang"));
          client.frame(WINDOW_UPDATE, 0, stream, new byte[4]);
        }
      } catch (IOException e) {
        // it has ended already
      }
      assertThat(client.readGoAway()).isNotZero();
    }
    assertThat(mesh.app.seen().size()).isLessThan(1000);
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void rapidResetsEndTheConnection(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      try {
        for (int stream = 1; stream < 4000; stream += 2) {
          client.request(stream, true, request("GET", "/hang"));
          client.frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
        }
      } catch (IOException e) {
        // it has ended already
      }
      assertThat(client.readGoAway()).isIn(ENHANCE_YOUR_CALM, -1);
    }
    assertThat(mesh.app.seen().size()).isLessThan(1000);
    assertServed(side);
  }

  /** Both share the caller's connections to the other proxy, which bears 200 resets in 30 s. */
  @Test
  void rapidResetsCostNoOtherClientItsRequest() throws Exception {
    Instant from = Instant.now();
    try (RawHttp2Client good = new RawHttp2Client(Http2Side.OUTBOUND.connect(mesh))) {
      good.request(1, true, request("GET", "/hang"));
      Mesh.eventually(() -> mesh.app.seen().size() == 1);
      for (int attacker = 0; attacker < 4; attacker++) {
        try (RawHttp2Client client = new RawHttp2Client(Http2Side.OUTBOUND.connect(mesh))) {
          for (int stream = 1; stream < 300; stream += 2) {
            client.request(stream, true, request("GET", "/hang"));
            client.frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
          }
          client.request(301, true, request("GET", "/ok"));
          assertThat(client.status(client.readAnswer())).isEqualTo("200");
        }
      }
    }
    Mesh.eventually(() -> flags(from).filter("client_gone"::equals).count() == 4 * 150 + 1);
    assertThat(flags(from)).noneMatch(flag -> flag.startsWith("upstream"));
  }

  /** What became of the workload's own calls since then. */
  private static Stream<String> flags(Instant from) {
    return mesh.log.stream()
        .filter(entry -> entry.reporter().equals("source") && entry.start().isAfter(from))
        .map(AccessEntry::flag);
  }

  @ParameterizedTest
  @MethodSource("floods")
  void framesThatCarryNothingEndTheConnection(Http2Side side, int type, byte[] payload)
      throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.flood(100_000, type, 0, type == PRIORITY ? 3 : 0, payload);
      assertThat(client.readGoAway()).isIn(ENHANCE_YOUR_CALM, -1);
    }
    assertServed(side);
  }

  static Stream<Arguments> floods() {
    return Stream.of(
            Arguments.of(SETTINGS, new byte[0]),
            Arguments.of(PING, new byte[8]),
            Arguments.of(PRIORITY, new byte[] {0, 0, 0, 0, 1}),
            Arguments.of(WINDOW_UPDATE, new byte[] {0, 0, 0, 1}),
            Arguments.of(0x77, new byte[4]))
        .flatMap(
            row ->
                Arrays.stream(Http2Side.values())
                    .map(side -> Arguments.of(side, row.get()[0], row.get()[1])));
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void emptyDataWithoutEndEndsTheConnection(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.request(1, false, request("POST", "/echo"));
      client.flood(100_000, DATA, 0, 1, new byte[0]);
      assertThat(client.readGoAway()).isIn(ENHANCE_YOUR_CALM, -1);
    }
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void aHugeHeaderTableIsNotGranted(Http2Side side) throws Exception {
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.frame(SETTINGS, 0, 0, new byte[] {0, 1, -1, -1, -1, -1});
      client.request(1, true, request("GET", "/ok"));
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
  }

  private static String[] request(String method, String path) {
    return new String[] {
      ":method", method, ":scheme", "http", ":path", path, ":authority", "server.b"
    };
  }

  private static Arguments bad(String what, String name, String value) {
    String[] good = request("GET", "/ok");
    String[] fields = Arrays.copyOf(good, good.length + 2);
    fields[good.length] = name;
    fields[good.length + 1] = value;
    if (name.equals(":path")) {
      // after a field that is none of the pseudo headers
      fields = Arrays.copyOf(good, good.length + 4);
      fields[good.length] = "x";
      fields[good.length + 1] = "1";
      fields[good.length + 2] = name;
      fields[good.length + 3] = value;
    }
    return Arguments.of(what, fields);
  }

  private static Arguments whole(
      String what, String method, String scheme, String path, String authority) {
    return Arguments.of(
        what,
        new String[] {
          ":method", method, ":scheme", scheme, ":path", path, ":authority", authority
        });
  }

  /** A stream error, the end of the connection, or an answer that says no. */
  private static void assertRefused(RawHttp2Client client) throws Exception {
    try {
      RawHttp2Client.Frame answer = client.readAnswer();
      if (answer.type() == HEADERS) {
        // 502: a CONNECT to what is no destination
        assertThat(client.status(answer)).isIn("400", "405", "431", "501", "502");
      } else {
        assertThat(answer.error()).as("error code").isNotZero();
      }
    } catch (EOFException closed) {
      // refused as a whole
    }
  }

  private static void assertServed(Http2Side side) throws Exception {
    try (RawHttp2Client good = new RawHttp2Client(side.connect(mesh))) {
      good.request(1, true, request("GET", "/ok"));
      assertThat(good.status(good.readAnswer())).isEqualTo("200");
    }
  }
}
