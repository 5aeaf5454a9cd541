package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 clients share few connections between the proxies, and can tell no difference. */
@Timeout(120)
class MultiplexingTest {
  private static final String SHARED = "{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}";
  private static final String APART = "{connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}";
  private static final String UNSAID = "{loadBalancer: {simple: LEAST_REQUEST}}";

  /** Of Mesh; each has connections of its own. */
  private static final int EVENT_LOOPS = 2;

  private final List<AutoCloseable> open = new ArrayList<>();
  private Mesh mesh;
  private Wire wire;

  @BeforeEach
  void start() throws Exception {
    start(Mesh.Options.DEFAULT, UNSAID, Protocol.HTTP);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void clientsShareOneConnectionOfEachEventLoop() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), SHARED, Protocol.HTTP);
    List<RawClient> clients = calls(60);
    app.awaitHeld(60);
    assertThat(wire.open()).isEqualTo(EVENT_LOOPS);
    answered(app, clients);
  }

  @Test
  void withoutARuleTheyShareWhereThereAreSome() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), UNSAID, Protocol.HTTP);
    List<RawClient> clients = calls(60);
    app.awaitHeld(60);
    assertThat(wire.open()).isLessThanOrEqualTo(EVENT_LOOPS * (4 + 1));
    answered(app, clients);
  }

  /** Many frames of one message would hold up all others of a connection. */
  @Test
  void withoutARuleHeavyOnesShareOnlyWhereThereAreMany() throws Exception {
    RawClient heavy = opened(mesh.call());
    for (int i = 0; i < 20; i++) {
      assertThat(heavy.get("/big?100000", "server.b").body()).hasSize(100_000);
    }
    mesh.app.seen().clear();
    for (int i = 0; i < 300; i++) {
      opened(mesh.call()).head("GET /hang HTTP/1.1", "Host: server.b");
    }
    Mesh.eventually(() -> mesh.app.seen().size() == 300);
    assertThat(wire.open()).isBetween(EVENT_LOOPS * 64, EVENT_LOOPS * (64 + 3));
  }

  /** Who counts connections knows them as Istio has them: with a request on each. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{connectionPool: {tcp: {maxConnections: 1000}}}",
        "{connectionPool: {http: {http1MaxPendingRequests: 1000}}}",
        "{connectionPool: {http: {maxRequestsPerConnection: 1000}}}"
      })
  void whereConnectionsAreCountedTheyShareOnlyWhereThereAreMany(String policy) throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), policy, Protocol.HTTP);
    List<RawClient> clients = calls(60);
    app.awaitHeld(60);
    assertThat(wire.open()).isEqualTo(60);
    answered(app, clients);
  }

  @ParameterizedTest
  @ValueSource(strings = {APART, "{connectionPool: {http: {useClientProtocol: true}}}"})
  void aRuleMayKeepThemApart(String policy) throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), policy, Protocol.HTTP);
    List<RawClient> clients = calls(150);
    app.awaitHeld(150);
    assertThat(wire.open()).isEqualTo(150);
    answered(app, clients);
  }

  @Test
  void withoutADeclaredProtocolTheyDoNotShare() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), UNSAID, Protocol.AUTO);
    List<RawClient> clients = calls(150);
    app.awaitHeld(150);
    assertThat(wire.open()).isEqualTo(150);
    answered(app, clients);
  }

  /** There the service gets what the client's proxy speaks, and may not know HTTP/2. */
  @Test
  void aServersProxyThatDoesNotKnowItsServiceDeclines() throws Exception {
    start(Mesh.Options.DEFAULT.protocol(Protocol.AUTO), SHARED, Protocol.HTTP);
    for (int i = 0; i < 4; i++) {
      RawClient client = opened(mesh.call());
      assertThat(client.get("/ok", "server.b").body()).isEqualTo("ok");
      assertThat(client.get("/ok", "server.b").body()).isEqualTo("ok");
    }
    assertThat(mesh.app.seen()).hasSize(8).allMatch(seen -> seen.line().endsWith(" HTTP/1.1"));
    assertThat(mesh.logged("destination").protocol()).isEqualTo("http/1.1");
  }

  @Test
  void theClientsProtocolIsKeptWhereTheRuleSaysSo() throws Exception {
    start(
        Mesh.Options.DEFAULT,
        "{connectionPool: {http: {useClientProtocol: true}}}",
        Protocol.HTTP2);
    assertThat(opened(mesh.call()).get("/ok", "server.b").status()).isEqualTo(200);
    assertThat(mesh.logged("destination").protocol()).isEqualTo("http/1.1");
  }

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
    Passage apart = passage(APART, request, "");
    Passage shared = passage(SHARED, request, "");
    assertThat(shared).isEqualTo(apart);
  }

  /** HTTP/2 counts 32 octets more for each field, and a proxy adds fields of its own. */
  @ParameterizedTest
  @CsvSource({"199, 3", "199, 318", "20, 3260"})
  void asManyAndAsLongFieldsAsAnybodyMaySendPassBothProxies(int fields, int octets)
      throws Exception {
    String head = head(fields, octets);
    assertThat(head.length()).isLessThan(Limits.DEFAULTS.headerBytes());

    Passage apart = passage(APART, "GET /ok HTTP/1.1\r\nHost: server.b\r\n" + head + "\r\n", "");
    Passage shared = passage(SHARED, "GET /ok HTTP/1.1\r\nHost: server.b\r\n" + head + "\r\n", "");

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

    Passage apart = passage(APART, request, "");
    Passage shared = passage(SHARED, request, "");

    assertThat(apart.answer()).startsWith("HTTP/1.1 200\n");
    assertThat(shared).isEqualTo(apart);
  }

  @ParameterizedTest
  @CsvSource({"199, 3", "199, 318", "20, 3260"})
  void soDoAnswers(int fields, int octets) throws Exception {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + head(fields - 1, octets) + "\r\n";
    String request = "GET /raw HTTP/1.1\r\nHost: server.b\r\nConnection: close\r\n\r\n";

    Passage apart = passage(APART, request, answer);
    Passage shared = passage(SHARED, request, answer);

    assertThat(apart.answer()).startsWith("HTTP/1.1 200\n").contains("x000: ");
    assertThat(shared).isEqualTo(apart);
  }

  private static String head(int fields, int octets) {
    StringBuilder head = new StringBuilder();
    for (int i = 0; i < fields; i++) {
      head.append("x%03d: %s\r\n".formatted(i, "a".repeat(octets)));
    }
    return head.toString();
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
    Passage apart = passage(APART, request, answer);
    Passage shared = passage(SHARED, request, answer);
    assertThat(shared).isEqualTo(apart);
  }

  @Test
  void anAnswerBeforeTheEndOfTheBodyArrives() throws Exception {
    start(Mesh.Options.DEFAULT, SHARED, Protocol.HTTP);
    mesh.app.rawAnswer("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    RawClient client = opened(mesh.call());
    client.head("POST /early HTTP/1.1", "Host: server.b", "Content-Length: 1000000").send("begun");
    RawClient.Answer answer = client.answer();
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body()).isEqualTo("no");
    RawClient next = opened(mesh.call());
    assertThat(next.get("/ok", "server.b").status()).as("the connection goes on").isEqualTo(200);
  }

  @Test
  void aClientThatGoesAwayFreesTheServiceAndNobodyElse() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), SHARED, Protocol.HTTP);
    List<RawClient> clients = calls(8);
    app.awaitHeld(8);
    clients.removeFirst().reset();
    Mesh.eventually(() -> app.openConnections() == 7);
    assertThat(wire.open()).isEqualTo(EVENT_LOOPS);
    for (int i = 0; i < 8; i++) {
      app.answerOne();
    }
    for (RawClient client : clients) {
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void aWebSocketHasAConnectionToItself() throws Exception {
    start(Mesh.Options.DEFAULT, SHARED, Protocol.HTTP);
    mesh.app.rawAnswer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\u0081\u0005hello");
    RawClient client = opened(mesh.call());
    client.head(
        "GET /raw HTTP/1.1",
        "Host: server.b",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
    assertThat(client.read(7)).asString(StandardCharsets.ISO_8859_1).isEqualTo("\u0081\u0005hello");
  }

  /** Each took over a connection that had been in use, and counted as one in use for ever. */
  @Test
  void webSocketsLeaveOthersTheirConnections() throws Exception {
    mesh.app.rawAnswer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    for (int i = 0; i < EVENT_LOOPS * 4; i++) {
      RawClient client = opened(mesh.call());
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      client.head(
          "GET /raw HTTP/1.1",
          "Host: server.b",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 101 ");
    }
    int before = wire.open();
    for (int i = 0; i < EVENT_LOOPS * 4; i++) {
      opened(mesh.call()).head("GET /hang HTTP/1.1", "Host: server.b");
    }
    Mesh.eventually(() -> wire.open() == before + EVENT_LOOPS * 4);
  }

  @Test
  void oneThatReadsNothingHoldsNobodyElseUp() throws Exception {
    start(Mesh.Options.DEFAULT, SHARED, Protocol.HTTP);
    List<RawClient> slow = new ArrayList<>();
    for (int i = 0; i < EVENT_LOOPS * 2; i++) {
      RawClient client = opened(mesh.call());
      client.head("GET /big?33554432 HTTP/1.1", "Host: server.b");
      client.headOnly();
      slow.add(client);
    }
    for (int i = 0; i < EVENT_LOOPS * 2; i++) {
      RawClient quick = opened(mesh.call());
      for (int round = 0; round < 20; round++) {
        assertThat(quick.get("/big?100000", "server.b").body()).hasSize(100_000);
      }
    }
    assertThat(wire.open()).isEqualTo(EVENT_LOOPS);
    for (RawClient client : slow) {
      assertThat(client.read(33_554_432)).hasSize(33_554_432);
    }
  }

  @Test
  void oneWhoseServiceReadsNothingHoldsNobodyElseUp() throws Exception {
    HeldApp app = opened(new HeldApp());
    start(Mesh.Options.DEFAULT.service(app.address()), SHARED, Protocol.HTTP);
    List<Thread> sending = new ArrayList<>();
    for (int i = 0; i < EVENT_LOOPS; i++) {
      RawClient client = opened(mesh.call());
      client.head("POST /unread HTTP/1.1", "Host: server.b", "Content-Length: 50000000");
      sending.add(Thread.startVirtualThread(() -> sendUntilStopped(client)));
    }
    app.awaitHeld(EVENT_LOOPS);
    for (int i = 0; i < EVENT_LOOPS * 2; i++) {
      RawClient quick = opened(mesh.call());
      quick.head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: 50000");
      quick.send(new byte[50_000]);
      app.awaitHeld(EVENT_LOOPS + 1);
      app.echoLast();
      assertThat(quick.answer().status()).isEqualTo(200);
    }
    assertThat(sending).allMatch(Thread::isAlive);
  }

  private static void sendUntilStopped(RawClient client) {
    byte[] block = new byte[64 * 1024];
    try {
      for (long sent = 0; sent < 50_000_000; sent += block.length) {
        client.send(block);
      }
    } catch (IOException e) {
      // the test is over
    }
  }

  /** What the service got and what the client got, without what is never the same twice. */
  private record Passage(List<String> requests, String answer) {}

  private static final Pattern CHANGING =
      Pattern.compile("(?im)^(x-request-id|x-forwarded-client-cert|traceparent):.*\\r\\n");

  private Passage passage(String policy, String request, String rawAnswer) throws Exception {
    try (Mesh meeting = Mesh.ready()) {
      new Ruled(meeting).by(policy);
      meeting.app.rawAnswer(rawAnswer);
      try (RawClient client = meeting.call()) {
        client.send(request);
        client.finishOutput();
        String answer = client.readAll();
        return new Passage(
            meeting.app.seen().stream().map(seen -> fields(seen.head()) + seen.body()).toList(),
            fields(answer));
      }
    }
  }

  /**
   * HTTP/2 has field names in lower case and no reason phrases (RFC 9113 sections 8.2 and 8.1.1);
   * the order of fields says nothing, nor does where a chunk ends.
   */
  private static String fields(String message) {
    int end = message.indexOf("\r\n\r\n");
    if (end < 0) {
      return message;
    }
    String head = CHANGING.matcher(message.substring(0, end + 2)).replaceAll("");
    String rest = message.substring(end + 4);
    String lines =
        head.lines()
            .map(MultiplexingTest::plain)
            .sorted()
            .reduce("", (all, line) -> all + line + "\n");
    boolean chunked = lines.contains("\ntransfer-encoding: chunked\n");
    return lines
        + (rest.startsWith("HTTP/1.1 ")
            ? fields(rest)
            : chunked && !rest.isEmpty() ? whole(rest) : rest);
  }

  private static String plain(String line) {
    int colon = line.indexOf(": ");
    if (colon >= 0) {
      return line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
    }
    return line.startsWith("HTTP/1.1 ") ? line.substring(0, 12) : line;
  }

  private static String whole(String chunks) {
    StringBuilder body = new StringBuilder();
    int at = 0;
    while (true) {
      int line = chunks.indexOf("\r\n", at);
      int length = Integer.parseInt(chunks.substring(at, line), 16);
      if (length == 0) {
        return body.append(chunks.substring(line).toLowerCase(Locale.ROOT)).toString();
      }
      body.append(chunks, line + 2, line + 2 + length);
      at = line + 2 + length + 2;
    }
  }

  private void start(Mesh.Options options, String policy, Protocol declared) throws Exception {
    mesh = opened(Mesh.ready(options));
    wire = opened(new Wire(mesh.inbound));
    new Ruled(mesh).by(policy, declared, new Endpoint("127.0.0.1", wire.address().getPort(), true));
  }

  private List<RawClient> calls(int count) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawClient client = opened(mesh.call());
      clients.add(client.head("GET /x HTTP/1.1", "Host: server.b"));
    }
    return clients;
  }

  private void answered(HeldApp app, List<RawClient> clients) throws Exception {
    for (int i = 0; i < clients.size(); i++) {
      app.answerOne();
    }
    for (RawClient client : clients) {
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  private <T extends AutoCloseable> T opened(T one) {
    open.add(one);
    return one;
  }
}
