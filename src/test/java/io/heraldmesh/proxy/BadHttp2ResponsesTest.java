package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.CONTINUATION;
import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.block;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers of a service that speaks HTTP/2 wrongly are 502, whatever the client speaks, and nothing
 * of them gets into an HTTP/1.1 answer.
 */
@Timeout(60)
class BadHttp2ResponsesTest {
  private static Mesh mesh;
  private static BadHttp2Service service;

  /** Whose proxy meets the bad service. */
  enum Side {
    INBOUND {
      @Override
      RawClient connect() throws Exception {
        return mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio-http/1.1", "http/1.1");
      }

      @Override
      RawHttp2Client connectHttp2() throws Exception {
        return new RawHttp2Client(
            mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio-h2", "h2"));
      }
    },
    OUTBOUND {
      @Override
      RawClient connect() throws Exception {
        return mesh.call();
      }

      @Override
      RawHttp2Client connectHttp2() throws Exception {
        return new RawHttp2Client(
            new java.net.Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
      }
    };

    abstract RawClient connect() throws Exception;

    abstract RawHttp2Client connectHttp2() throws Exception;
  }

  @BeforeAll
  static void start() throws Exception {
    service = new BadHttp2Service();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2).service(service.address()));
    // the client's proxy calls the bad service itself, without a proxy of its own
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(new Endpoint("127.0.0.1", service.address().port(), false)))));
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
    service.close();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("malformed")
  void aMalformedHeadIs502(Side side, String what, String[] fields) throws Exception {
    service.answer(stream -> frameBytes(HEADERS, END_HEADERS | END_STREAM, stream, block(fields)));
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/x", "server.b");
      assertThat(answer.status()).as(answer.head()).isEqualTo(502);
      assertThat(answer.head() + answer.body()).doesNotContainIgnoringCase("evil");
    }
    try (RawHttp2Client client = side.connectHttp2()) {
      client.call(true, "GET", "/x");
      Map<String, String> head = client.fields(client.readAnswer());
      assertThat(head).containsEntry(":status", "502");
      assertThat(head.toString()).doesNotContainIgnoringCase("evil");
    }
    assertServed(side);
  }

  static Stream<Arguments> malformed() {
    return both(
        row("line break in a value", ":status", "200", "x", "a\r\nevil: 1"),
        row("line feed in a value", ":status", "200", "x", "a\nevil: 1"),
        row("carriage return in a value", ":status", "200", "x", "a\revil"),
        row("NUL in a value", ":status", "200", "x", "a\0evil"),
        row("line break in a name", ":status", "200", "x: 1\r\nevil", "1"),
        row("space in a name", ":status", "200", "x evil", "1"),
        row("colon in a name", ":status", "200", "evil:x", "1"),
        row("upper case in a name", ":status", "200", "X-Evil", "1"),
        row("empty name", ":status", "200", "", "evil"),
        row("no status", "x", "evil"),
        row("two statuses", ":status", "200", ":status", "204"),
        row("status of two digits", ":status", "20"),
        row("status of four digits", ":status", "2000"),
        row("status of letters", ":status", "abc"),
        row("status with a reason", ":status", "200 evil"),
        row("status with a line break", ":status", "200\r\nevil: 1"),
        row("status below 100", ":status", "099"),
        row("switching protocols", ":status", "101"),
        row("a request's pseudo header", ":status", "200", ":path", "/evil"),
        row("unknown pseudo header", ":status", "200", ":evil", "1"),
        row("pseudo header after a field", "x", "1", ":status", "200"),
        row("transfer-encoding", ":status", "200", "transfer-encoding", "chunked"),
        row("connection", ":status", "200", "connection", "x-evil"),
        row("upgrade", ":status", "200", "upgrade", "evil"),
        row("length without a body", ":status", "200", "content-length", "5"),
        row("two lengths", ":status", "200", "content-length", "0", "content-length", "5"),
        row("length that is no number", ":status", "200", "content-length", "0x0"),
        Arguments.of("too many fields", many()));
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aShortBlockThatUnpacksToALongHeaderIs502(Side side) throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.writeBytes(block(":status", "200"));
    bomb.write(0x40); // into the dynamic table
    bomb.write(1);
    bomb.write('x');
    RawHttp2Client.integer(bomb, 0, 7, 4000);
    bomb.writeBytes("v".repeat(4000).getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 10_000; i++) {
      RawHttp2Client.integer(bomb, 0x80, 7, 62);
    }
    service.answer(
        stream -> frameBytes(HEADERS, END_HEADERS | END_STREAM, stream, bomb.toByteArray()));
    assertBad(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aHeadThatNeverEndsIs502(Side side) throws Exception {
    service.answer(
        stream -> {
          ByteArrayOutputStream frames = new ByteArrayOutputStream();
          frames.writeBytes(frameBytes(HEADERS, 0, stream, block(":status", "200")));
          byte[] more = frameBytes(CONTINUATION, 0, stream, block("x", "y".repeat(50)));
          for (int i = 0; i < 10_000; i++) {
            frames.writeBytes(more);
          }
          return frames.toByteArray();
        });
    assertBad(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aBodyWithoutAHeadIs502(Side side) throws Exception {
    service.answer(stream -> frameBytes(DATA, END_STREAM, stream, new byte[] {'e', 'v'}));
    assertBad(side);
  }

  /** A long head that is a legal one is passed on, as from a service that speaks HTTP/1.1. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void aLongHeadWithinTheLimitIsPassedOn(Side side) throws Exception {
    String value = "v".repeat(3000);
    service.answer(
        stream -> {
          ByteArrayOutputStream frames = new ByteArrayOutputStream();
          frames.writeBytes(frameBytes(HEADERS, END_STREAM, stream, block(":status", "200")));
          for (int i = 0; i < 10; i++) {
            frames.writeBytes(
                frameBytes(CONTINUATION, i < 9 ? 0 : END_HEADERS, stream, block("x-" + i, value)));
          }
          return frames.toByteArray();
        });
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/x", "server.b");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.head()).containsIgnoringCase("x-9: " + value);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("otherBodies")
  void aBodyOfAnotherLengthThanItsHeadSaysIsNeverRead(
      Side side, String what, String[] methodAndFields) throws Exception {
    String[] fields = Arrays.copyOfRange(methodAndFields, 1, methodAndFields.length);
    service.answer(
        stream -> {
          ByteArrayOutputStream frames = new ByteArrayOutputStream();
          frames.writeBytes(frameBytes(HEADERS, END_HEADERS, stream, block(fields)));
          frames.writeBytes(
              frameBytes(DATA, END_STREAM, stream, "evil".getBytes(StandardCharsets.US_ASCII)));
          return frames.toByteArray();
        });
    try (RawClient client = side.connect()) {
      client.head(methodAndFields[0] + " /x HTTP/1.1", "Host: server.b", "Connection: close");
      String all = client.readAll();
      assertThat(all).doesNotContain("evil");
      assertThat(all).startsWith(fields.length > 2 ? "HTTP/1.1 502 " : "HTTP/1.1 " + fields[1]);
    }
    assertServed(side);
  }

  static Stream<Arguments> otherBodies() {
    return both(
        row("more than said", "GET", ":status", "200", "content-length", "2"),
        row("less than said", "GET", ":status", "200", "content-length", "5"),
        row("none allowed: 204", "GET", ":status", "204"),
        row("none allowed: 304", "GET", ":status", "304"),
        row("none allowed: HEAD", "HEAD", ":status", "200"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("malformedTrailers")
  void malformedTrailersCutTheAnswerOff(Side side, String what, String[] fields) throws Exception {
    service.answer(
        stream -> {
          ByteArrayOutputStream frames = new ByteArrayOutputStream();
          frames.writeBytes(frameBytes(HEADERS, END_HEADERS, stream, block(":status", "200")));
          frames.writeBytes(frameBytes(DATA, 0, stream, new byte[] {'h', 'i'}));
          frames.writeBytes(frameBytes(HEADERS, END_HEADERS | END_STREAM, stream, block(fields)));
          return frames.toByteArray();
        });
    try (RawClient client = side.connect()) {
      client.head("GET /x HTTP/1.1", "Host: server.b");
      String all = client.readAll();
      assertThat(all).doesNotContainIgnoringCase("evil");
      assertThat(all.startsWith("HTTP/1.1 502 ") || !all.endsWith("\r\n0\r\n\r\n"))
          .as(all)
          .isTrue();
    }
    assertServed(side);
  }

  static Stream<Arguments> malformedTrailers() {
    return both(
        row("line break in a value", "x", "a\r\nevil: 1"),
        row("NUL in a value", "x", "a\0evil"),
        row("upper case in a name", "X-Evil", "1"),
        row("pseudo header", ":status", "204", "x", "evil"));
  }

  private static void assertBad(Side side) throws Exception {
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/x", "server.b");
      assertThat(answer.status()).as(answer.head()).isEqualTo(502);
    }
    assertServed(side);
  }

  private static void assertServed(Side side) throws Exception {
    service.answer(BadHttp2Service::ok);
    try (RawClient client = side.connect()) {
      assertThat(client.get("/x", "server.b").status()).isEqualTo(200);
    }
  }

  private static String[] many() {
    String[] fields = new String[2 + 2 * 300];
    Arrays.fill(fields, "x");
    fields[0] = ":status";
    fields[1] = "200";
    return fields;
  }

  private static Arguments row(String what, String... fields) {
    return Arguments.of(what, fields);
  }

  private static Stream<Arguments> both(Arguments... rows) {
    return Arrays.stream(rows)
        .flatMap(
            row ->
                Arrays.stream(Side.values())
                    .map(side -> Arguments.of(side, row.get()[0], row.get()[1])));
  }
}
