package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Neither a client nor a service can tell whether requests share a connection between proxies. */
@Timeout(120)
class SamePassageTest {
  private static final String SHARED = "{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}";
  private static final String APART = "{connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ok HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "GET /ok?a=%20b HTTP/1.1\r\nHost: SERVER.b:80\r\nX-A: 1\r\nX-A: 2\r\nCookie: a=1; b=2\r\n\r\n",
        "HEAD /ok HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "GET /ok HTTP/1.0\r\nHost: server.b\r\n\r\n",
        "GET /chunked HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "GET /chunked HTTP/1.0\r\nHost: server.b\r\n\r\n",
        "GET /close HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "GET /big?300000 HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "GET /drop HTTP/1.1\r\nHost: server.b\r\n\r\n",
        "POST /drop HTTP/1.1\r\nHost: server.b\r\nContent-Length: 2\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: server.b\r\nContent-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\nHost: server.b\r\nContent-Length: 0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: server.b\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: server.b\r\nExpect: 100-continue\r\n"
            + "Content-Length: 5\r\n\r\nhello",
        "PUT /ok HTTP/1.1\r\nHost: server.b\r\nTE: trailers\r\nConnection: close\r\n"
            + "Content-Length: 1\r\n\r\nx",
      })
  void aRequestGetsTheSameAnswer(String request) throws Exception {
    Passage apart = Passage.of(APART, request, "");
    Passage shared = Passage.of(SHARED, request, "");
    assertThat(shared).isEqualTo(apart);
  }

  /** HTTP/2 counts 32 octets more for each field, and a proxy adds fields of its own. */
  @ParameterizedTest
  @CsvSource({"199, 3", "199, 318", "20, 3260"})
  void asManyAndAsLongFieldsAsAnybodyMaySendPassBothProxies(int fields, int octets)
      throws Exception {
    String head = head(fields, octets);
    assertThat(head.length()).isLessThan(Limits.DEFAULTS.headerBytes());

    Passage apart = Passage.of(APART, "GET /ok HTTP/1.1\r\nHost: server.b\r\n" + head + "\r\n", "");
    Passage shared =
        Passage.of(SHARED, "GET /ok HTTP/1.1\r\nHost: server.b\r\n" + head + "\r\n", "");

    assertThat(apart.answer()).startsWith("HTTP/1.1 200\n");
    assertThat(apart.requests().getFirst()).contains("x000: ");
    assertThat(shared).isEqualTo(apart);
  }

  /** In HTTP/2 the target is one of the fields. */
  @ParameterizedTest
  @CsvSource({"199, 318", "20, 3260"})
  void soDoTheyWithALongTarget(int fields, int octets) throws Exception {
    String request =
        "GET /ok?%s HTTP/1.1\r\nHost: server.b\r\n%s\r\n"
            .formatted("q".repeat(16_000), head(fields, octets));

    Passage apart = Passage.of(APART, request, "");
    Passage shared = Passage.of(SHARED, request, "");

    assertThat(apart.answer()).startsWith("HTTP/1.1 200\n");
    assertThat(shared).isEqualTo(apart);
  }

  @ParameterizedTest
  @CsvSource({"199, 3", "199, 318", "20, 3260"})
  void soDoAnswers(int fields, int octets) throws Exception {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + head(fields - 1, octets) + "\r\n";
    String request = "GET /raw HTTP/1.1\r\nHost: server.b\r\nConnection: close\r\n\r\n";

    Passage apart = Passage.of(APART, request, answer);
    Passage shared = Passage.of(SHARED, request, answer);

    assertThat(apart.answer()).startsWith("HTTP/1.1 200\n").contains("x000: ");
    assertThat(shared).isEqualTo(apart);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nETag: \"x\"\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: X-Hop, close\r\nX-Hop: 1\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n"
            + "1\r\na\r\n0\r\nX-T: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Bad\r\nContent-Length: 3\r\n\r\nbad",
        "nothing of the kind\r\n\r\n",
      })
  void anAnswerArrivesTheSame(String answer) throws Exception {
    String request = "GET /raw HTTP/1.1\r\nHost: server.b\r\nConnection: close\r\n\r\n";
    Passage apart = Passage.of(APART, request, answer);
    Passage shared = Passage.of(SHARED, request, answer);
    assertThat(shared).isEqualTo(apart);
  }

  private static String head(int fields, int octets) {
    StringBuilder head = new StringBuilder();
    for (int i = 0; i < fields; i++) {
      head.append("x%03d: %s\r\n".formatted(i, "a".repeat(octets)));
    }
    return head.toString();
  }
}
