package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.GOAWAY;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.WINDOW_UPDATE;
import static io.heraldmesh.proxy.RawHttp2Client.frameBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.log.AccessEntry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a server says it did not look at is sent again, whatever the method and with its body; what
 * it may have looked at never is.
 *
 * <p>Source: RFC 9113 sections 6.8 and 8.7.
 */
@Timeout(60)
class GoAwayTest {
  private static final int NO_ERROR = 0;
  private static final int INTERNAL_ERROR = 2;
  private static final int REFUSED_STREAM = 7;
  private static final byte[] NOTHING = {};

  /** Connection and stream of each request that came, in order. */
  private final List<String> heads = new CopyOnWriteArrayList<>();

  /** Body of each request that came whole, by connection and stream. */
  private final Map<String, String> bodies = new ConcurrentHashMap<>();

  private final Map<String, ByteArrayOutputStream> coming = new ConcurrentHashMap<>();
  private BadHttp2Service service;
  private Mesh mesh;

  /** What the service does when a request has come whole. */
  private interface Whole {
    byte[] on(int connection, int stream) throws BadHttp2Service.Parting;
  }

  @BeforeEach
  void start() throws Exception {
    service = new BadHttp2Service();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(Protocol.HTTP2));
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(),
                List.of(new Endpoint("127.0.0.1", service.address().port(), false)))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    service.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 64 * 1024})
  void aPostBeyondTheLastStreamIsSentAgainOnAnotherConnectionWithItsBody(int length)
      throws Exception {
    serve(
        (connection, stream) -> connection == 1 ? goAway(0, NO_ERROR) : BadHttp2Service.ok(stream));
    assertThat(post(text(length))).isEqualTo(200);
    assertThat(heads).containsExactly("1/3", "2/3");
    assertThat(bodies).containsOnly(Map.entry("1/3", text(length)), Map.entry("2/3", text(length)));
    assertThat(logged().flag()).isEqualTo("retried");
    assertThat(logged().bytesIn()).as("counted once").isEqualTo(length);
  }

  @Test
  void aPostThatIsRefusedIsSentAgainWithItsBody() throws Exception {
    serve(
        (connection, stream) ->
            heads.size() == 1 ? reset(stream, REFUSED_STREAM) : BadHttp2Service.ok(stream));
    assertThat(post("abcd")).isEqualTo(200);
    assertThat(heads).containsExactly("1/3", "1/5");
    assertThat(bodies).containsEntry("1/5", "abcd");
  }

  @Test
  void aRequestWhoseBodyIsStillComingGoesOnElsewhere() throws Exception {
    service.script(
        (connection, frame) -> {
          byte[] whole = note(connection, frame, (c, stream) -> BadHttp2Service.ok(stream));
          return connection == 1 && frame.type() == DATA ? goAway(0, NO_ERROR) : whole;
        });
    try (RawClient client = mesh.call()) {
      client.head("POST /x HTTP/1.1", "Host: server.b", "Content-Length: 8").send("abcd");
      Mesh.eventually(() -> heads.contains("2/3"));
      client.send("efgh");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(bodies).containsExactly(Map.entry("2/3", "abcdefgh"));
  }

  @Test
  void whatTheServerLookedAtIsAnsweredOnTheOldConnection() throws Exception {
    serve(
        (connection, stream) -> {
          if (connection == 2) {
            return BadHttp2Service.ok(stream);
          }
          return stream == 3 ? NOTHING : join(goAway(3, NO_ERROR), BadHttp2Service.ok(3));
        });
    try (RawHttp2Client client = http2()) {
      client.call(1, true, "GET", "/first");
      Mesh.eventually(() -> heads.contains("1/3"));
      client.call(3, true, "POST", "/second");
      List<String> statuses = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        statuses.add(client.status(client.readAnswer()));
      }
      assertThat(statuses).containsExactly("200", "200");
    }
    assertThat(heads).containsExactly("1/3", "1/5", "2/3");
  }

  @Test
  void theLastWordOnTheLastStreamCounts() throws Exception {
    serve(
        (connection, stream) ->
            connection == 1
                ? join(goAway(Integer.MAX_VALUE, NO_ERROR), goAway(0, NO_ERROR))
                : BadHttp2Service.ok(stream));
    assertThat(post("abcd")).isEqualTo(200);
    assertThat(heads).containsExactly("1/3", "2/3");
  }

  /** Also a GET on a connection that has carried others, which is else sent again. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void whatTheServerMayHaveLookedAtIsNotSentAgain(String method) throws Exception {
    serve(
        (connection, stream) -> {
          if (stream > 3) {
            throw new BadHttp2Service.Parting(goAway(stream, INTERNAL_ERROR));
          }
          return BadHttp2Service.ok(stream);
        });
    try (RawClient client = mesh.call()) {
      assertThat(call(client, "GET", "")).isEqualTo(200);
      assertThat(call(client, method, "")).isEqualTo(503);
    }
    assertThat(heads).containsExactly("1/3", "1/5");
  }

  @Test
  void aStreamThatFailedOnAConnectionInUseIsNotSentAgain() throws Exception {
    serve(
        (connection, stream) ->
            stream == 3 ? BadHttp2Service.ok(3) : reset(stream, INTERNAL_ERROR));
    try (RawClient client = mesh.call()) {
      assertThat(call(client, "GET", "")).isEqualTo(200);
      assertThat(call(client, "GET", "")).isEqualTo(503);
    }
    assertThat(heads).containsExactly("1/3", "1/5");
  }

  /** Also where the connection just closes, after which a GET is else sent again. */
  @Test
  void whatTheServerHasSaidSomethingOfIsNotSentAgain() throws Exception {
    serve(
        (connection, stream) -> {
          if (stream == 3) {
            return BadHttp2Service.ok(3);
          }
          throw new BadHttp2Service.Parting(interim(stream));
        });
    try (RawClient client = mesh.call()) {
      assertThat(call(client, "GET", "")).isEqualTo(200);
      assertThat(lastStatus(client, "GET")).isEqualTo(503);
    }
    assertThat(heads).containsExactly("1/3", "1/5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void anInterimAnswerMeansThatTheServerHasLookedWhateverItSaysThen(String method)
      throws Exception {
    serve((connection, stream) -> join(interim(stream), reset(stream, REFUSED_STREAM)));
    try (RawClient client = mesh.call()) {
      assertThat(lastStatus(client, method)).isEqualTo(503);
    }
    assertThat(heads).containsExactly("1/3");
  }

  @Test
  void ofALongBodyNothingIsKept() throws Exception {
    serve((connection, stream) -> reset(stream, REFUSED_STREAM));
    assertThat(post(text(64 * 1024 + 1))).isEqualTo(503);
    assertThat(heads).containsExactly("1/3");
    assertThat(logged().flag()).isEqualTo("upstream_reset");
  }

  @Test
  void whereMemoryIsShortNothingIsKept() throws Exception {
    mesh.clientMemory.heap(0.85);
    mesh.clientOverload.look();
    assertThat(mesh.clientOverload.saving()).isTrue();
    serve((connection, stream) -> reset(stream, REFUSED_STREAM));
    assertThat(post("abcd")).isEqualTo(503);
    assertThat(heads).containsExactly("1/3");
  }

  @Test
  void threeTimesAndNoMore() throws Exception {
    serve((connection, stream) -> goAway(0, NO_ERROR));
    assertThat(post("abcd")).isEqualTo(503);
    assertThat(heads).containsExactly("1/3", "2/3", "3/3");
  }

  // ---- the service

  private void serve(Whole whole) {
    service.script((connection, frame) -> note(connection, frame, whole));
  }

  private byte[] note(int connection, RawHttp2Client.Frame frame, Whole whole)
      throws BadHttp2Service.Parting {
    String request = connection + "/" + frame.stream();
    ByteArrayOutputStream body =
        coming.computeIfAbsent(request, first -> new ByteArrayOutputStream());
    if (frame.type() == HEADERS) {
      heads.add(request);
    } else if (frame.type() == DATA) {
      byte[] part = new byte[frame.payload().readableBytes()];
      frame.payload().readBytes(part);
      body.writeBytes(part);
    } else {
      return NOTHING;
    }
    if ((frame.flags() & END_STREAM) == 0) {
      return frame.type() == DATA ? join(more(0), more(frame.stream())) : NOTHING;
    }
    bodies.put(request, body.toString(StandardCharsets.ISO_8859_1));
    return whole.on(connection, frame.stream());
  }

  private static byte[] goAway(int last, int error) {
    return frameBytes(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(error).array());
  }

  private static byte[] more(int stream) {
    return frameBytes(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(16 * 1024).array());
  }

  private static byte[] interim(int stream) {
    return frameBytes(
        HEADERS, RawHttp2Client.END_HEADERS, stream, RawHttp2Client.block(":status", "103"));
  }

  private static byte[] reset(int stream, int error) {
    return frameBytes(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(error).array());
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  // ---- the client

  private int post(String body) throws Exception {
    try (RawClient client = mesh.call()) {
      return call(client, "POST", body);
    }
  }

  private static int call(RawClient client, String method, String body) throws Exception {
    client
        .head(method + " /x HTTP/1.1", "Host: server.b", "Content-Length: " + body.length())
        .send(body);
    return client.answer().status();
  }

  /** Of the answer that is no interim one. */
  private static int lastStatus(RawClient client, String method) throws Exception {
    client.head(method + " /x HTTP/1.1", "Host: server.b", "Content-Length: 0");
    int status;
    do {
      status = client.answer().status();
    } while (status < 200);
    return status;
  }

  private RawHttp2Client http2() throws Exception {
    return new RawHttp2Client(
        new java.net.Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  private AccessEntry logged() {
    return mesh.logged("source");
  }

  private static String text(int length) {
    return "x".repeat(length);
  }
}
