package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import java.util.Arrays;
import java.util.List;
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
 * Answers of a service that clients may read differently never reach one: 502 before the first
 * byte, a connection that is cut off after it, and no connection that carried one is used again.
 */
@Timeout(60)
class BadResponsesTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

  private static Mesh mesh;

  /** Whose proxy meets the bad service. */
  enum Side {
    INBOUND {
      @Override
      RawClient connect() throws Exception {
        return mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio-http/1.1", "http/1.1");
      }
    },
    OUTBOUND {
      @Override
      RawClient connect() throws Exception {
        return mesh.call();
      }
    };

    abstract RawClient connect() throws Exception;
  }

  @BeforeAll
  static void start() throws Exception {
    mesh = Mesh.ready();
    // the client's proxy calls the bad service itself, without a proxy of its own
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(new Endpoint("127.0.0.1", mesh.app.address().port(), false)))));
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("unreadable")
  void anAnswerThatCanBeReadTwoWaysIs502(Side side, String what, String answer) throws Exception {
    mesh.app.rawAnswer(answer);
    try (RawClient client = side.connect()) {
      RawClient.Answer got = client.get("/raw", "server.b");
      assertThat(got.status()).as(got.head()).isEqualTo(502);
      assertThat(got.head()).doesNotContainIgnoringCase("evil");
    }
    assertServed(side);
  }

  static Stream<Arguments> unreadable() {
    return both(
        row("length and chunks", "HTTP/1.1 200 OK", "Content-Length: 5", chunked(), "", "0", ""),
        row("two lengths", "HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 6", "", "hi"),
        row("lengths in a list", "HTTP/1.1 200 OK", "Content-Length: 5, 6", "", "hello"),
        row("signed length", "HTTP/1.1 200 OK", "Content-Length: +5", "", "hello"),
        row("length that is no number", "HTTP/1.1 200 OK", "Content-Length: 0x5", "", "hello"),
        row("unknown coding", "HTTP/1.1 200 OK", "Transfer-Encoding: cow", "", "hello"),
        row("chunked twice", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked, chunked", "", "0", ""),
        row("chunked not last", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked, gzip", "", "0", ""),
        row("chunks in HTTP/1.0", "HTTP/1.0 200 OK", chunked(), "", "0", ""),
        row("bare CR in a value", "HTTP/1.1 200 OK", "X: a\rEvil: 1", "Content-Length: 0", ""),
        row("NUL in a value", "HTTP/1.1 200 OK", "X: a\0evil", "Content-Length: 0", ""),
        row("no colon", "HTTP/1.1 200 OK", "evil", "Content-Length: 0", ""),
        row("NUL in the reason", "HTTP/1.1 200 O\0K", "Content-Length: 0", ""),
        row("ESC in the reason", "HTTP/1.1 200 O\u001bK", "Content-Length: 0", ""),
        row("a status of two digits", "HTTP/1.1 20 OK", "Content-Length: 0", ""),
        row("a status of letters", "HTTP/1.1 abc OK", "Content-Length: 0", ""),
        row("a status below 100", "HTTP/1.1 099 OK", "Content-Length: 0", ""),
        row("another protocol", "ICY 200 OK", "Content-Length: 0", ""),
        row("a version to come", "HTTP/2.0 200 OK", "Content-Length: 0", ""),
        row("a request", "GET /evil HTTP/1.1", "Host: x", ""),
        row("switching unasked", "HTTP/1.1 101 Switching Protocols", "Upgrade: h2c", ""),
        Arguments.of(
            "too many fields",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + "x: 1\r\n".repeat(5000) + "\r\n"),
        Arguments.of(
            "too long a header", "HTTP/1.1 200 OK\r\nX: " + "v".repeat(100_000) + "\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("broken")
  void anAnswerThatBreaksMidwayIsCutOff(Side side, String what, String answer) throws Exception {
    mesh.app.rawAnswer(answer);
    try (RawClient client = side.connect()) {
      client.head("GET /rawclose HTTP/1.1", "Host: server.b");
      String all = client.readAll();
      assertThat(all).doesNotContain("\r\n0\r\n").doesNotContainIgnoringCase("evil");
    }
    assertServed(side);
  }

  static Stream<Arguments> broken() {
    return both(
        row("a chunk size that is none", "HTTP/1.1 200 OK", chunked(), "", "2", "ok", "zz", "evil"),
        row("a negative chunk", "HTTP/1.1 200 OK", chunked(), "", "2", "ok", "-1", "evil"),
        row("a chunk longer than said", "HTTP/1.1 200 OK", chunked(), "", "2", "okevil", "0", ""),
        row("a chunk size too large", "HTTP/1.1 200 OK", chunked(), "", "2", "ok", "f".repeat(17)),
        row("no last chunk", "HTTP/1.1 200 OK", chunked(), "", "2", "ok"),
        row(
            "a trailer that goes on and on",
            "HTTP/1.1 200 OK",
            chunked(),
            "",
            "2",
            "ok",
            "0",
            "x: " + "v".repeat(100_000),
            ""),
        row("less than the length", "HTTP/1.1 200 OK", "Content-Length: 50", "", "ok"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("followed")
  void whatFollowsAnAnswerUnaskedIsNobodys(Side side, String what, String answer) throws Exception {
    mesh.app.rawAnswer(answer);
    try (RawClient client = side.connect()) {
      client.head("GET /raw HTTP/1.1", "Host: server.b").headOnly();
    }
    for (int i = 0; i < 3; i++) {
      assertServed(side);
    }
  }

  static Stream<Arguments> followed() {
    String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    return both(
        Arguments.of("a second answer", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + evil),
        Arguments.of("a body after 204", "HTTP/1.1 204 No Content\r\n\r\n" + evil),
        Arguments.of(
            "a body with a length after 204",
            "HTTP/1.1 204 No Content\r\nContent-Length: 49\r\n\r\n" + evil),
        Arguments.of("a body after 304", "HTTP/1.1 304 Not Modified\r\n\r\n" + evil),
        Arguments.of("a body longer than said", OK + "okevil"),
        Arguments.of("a status line", OK + "okHTTP/1.1 200 OK\r\n"),
        Arguments.of(
            "half a head", OK + "okHTTP/1.1 200 OK\r\nX-Evil: 1\r\nContent-Length: 2\r\nX-Rest: "),
        Arguments.of(
            "half a head after 304",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 30\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: "),
        Arguments.of(
            "half a head after the last chunk",
            "HTTP/1.1 200 OK\r\n" + chunked() + "\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: "));
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aBodyAfterAHeadRequestIsNobodys(Side side) throws Exception {
    mesh.app.rawAnswer(
        "HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    try (RawClient client = side.connect()) {
      assertThat(client.head("HEAD /raw HTTP/1.1", "Host: server.b").headOnly())
          .containsIgnoringCase("content-length: 42");
    }
    assertServed(side);
  }

  /** It need not be a whole answer to become the beginning of the next one. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void theBeginningOfAnAnswerAfterAHeadRequestIsNobodysEither(Side side) throws Exception {
    mesh.app.rawAnswer(
        "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\nX-The-Rest: ");
    try (RawClient client = side.connect()) {
      client.head("HEAD /raw HTTP/1.1", "Host: server.b").headOnly();
    }
    assertServed(side);
  }

  /** RFC 9112 section 5.1: a proxy takes the space off, and reads what the client will read. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void spaceInANameIsNotPassedOn(Side side) throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 200 OK\r\nContent-Length : 2\r\nX Evil: 1\r\n\r\nok");
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/raw", "server.b");
      if (answer.status() != 502) {
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.head()).doesNotContain("Evil").doesNotContain(" :");
      }
    }
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void interimAnswersArePassedOnWithoutWhatIsForThisHop(Side side) throws Exception {
    mesh.app.rawAnswer(
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: 1\r\nContent-Length: 7\r\n\r\n"
            + "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    try (RawClient client = side.connect()) {
      assertThat(client.get("/raw", "server.b").head())
          .startsWith("HTTP/1.1 103 ")
          .containsIgnoringCase("link: </a>")
          .doesNotContainIgnoringCase("content-length")
          .doesNotContainIgnoringCase("\r\nx:")
          .doesNotContainIgnoringCase("connection");
      assertThat(client.answer().body()).isEqualTo("ok");
    }
    try (RawClient old = side.connect()) {
      assertThat(old.head("GET /raw HTTP/1.0", "Host: server.b").answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void interimAnswersWithoutEndAreNoAnswer(Side side) throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 103 Early\r\n\r\n".repeat(2000));
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/raw", "server.b");
      int interim = 0;
      while (answer.status() < 200) {
        interim++;
        answer = client.answer();
      }
      assertThat(answer.status()).isEqualTo(502);
      assertThat(interim).isLessThanOrEqualTo(100);
    }
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void foldedLinesAreOneLine(Side side) throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 2\r\n\r\nok");
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/raw", "server.b");
      if (answer.status() != 502) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head()).containsPattern("(?i)\r\nx: a +b\r\n");
      }
    }
    assertServed(side);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void fieldsForTheNextHopEndHereAndOthersDoNot(Side side) throws Exception {
    mesh.app.rawAnswer(
        String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Connection: keep-alive, X-Hop, Set-Cookie",
            "X-Hop: 1",
            "Keep-Alive: timeout=5",
            "Proxy-Authenticate: Basic",
            "Upgrade: h2c",
            "X-Forwarded-Client-Cert: evil",
            "Set-Cookie: a=1",
            "Set-Cookie: b=2",
            "Content-Length: 2",
            "",
            "ok"));
    try (RawClient client = side.connect()) {
      RawClient.Answer answer = client.get("/raw", "server.b");
      assertThat(answer.body()).isEqualTo("ok");
      assertThat(answer.head())
          .doesNotContainIgnoringCase("x-hop")
          .doesNotContainIgnoringCase("keep-alive")
          .doesNotContainIgnoringCase("proxy-authenticate")
          .doesNotContainIgnoringCase("upgrade")
          .doesNotContain("evil")
          .containsIgnoringCase("set-cookie: a=1")
          .containsIgnoringCase("set-cookie: b=2");
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void trailersThatWouldBeHeadersAreTakenOff(Side side) throws Exception {
    mesh.app.rawAnswer(
        String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            chunked(),
            "Trailer: X-Sum",
            "",
            "2",
            "ok",
            "0",
            "X-Sum: 7",
            "Content-Length: 99",
            "Set-Cookie: evil",
            "X_Forwarded_For: evil",
            "Transfer-Encoding: chunked",
            "Connection: evil",
            "",
            ""));
    try (RawClient client = side.connect()) {
      client.head("GET /raw HTTP/1.1", "Host: server.b", "TE: trailers");
      client.headOnly();
      client.head("GET /ok HTTP/1.1", "Host: server.b", "Connection: close");
      String rest = client.readAll();
      assertThat(rest).containsIgnoringCase("x-sum: 7").doesNotContain("evil").doesNotContain("99");
    }
  }

  private static void assertServed(Side side) throws Exception {
    try (RawClient good = side.connect()) {
      RawClient.Answer answer = good.get("/ok", "server.b");
      assertThat(answer.head()).doesNotContainIgnoringCase("evil");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("ok");
    }
  }

  private static String chunked() {
    return "Transfer-Encoding: chunked";
  }

  private static Arguments row(String what, String... lines) {
    return Arguments.of(what, String.join("\r\n", lines) + "\r\n");
  }

  private static Stream<Arguments> both(Arguments... rows) {
    return Arrays.stream(rows)
        .flatMap(
            row ->
                Arrays.stream(Side.values())
                    .map(side -> Arguments.of(side, row.get()[0], row.get()[1])));
  }
}
