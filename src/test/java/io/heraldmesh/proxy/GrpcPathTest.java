package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.proxy.log.GrpcCall;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * gRPC calls of every kind, through both proxies or straight to the service's, where the port is
 * declared and where it is not.
 */
@Timeout(60)
class GrpcPathTest {
  private final Vertx appVertx = Vertx.vertx();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private Mesh mesh;

  /** How the client comes in, and what was said about the port. */
  enum Way {
    OUTBOUND(Protocol.HTTP2, false),
    OUTBOUND_UNDECLARED(Protocol.AUTO, false),
    INBOUND(Protocol.HTTP2, true),
    INBOUND_UNDECLARED(Protocol.AUTO, true);

    private final Protocol port;
    private final boolean straight;

    Way(Protocol port, boolean straight) {
      this.port = port;
      this.straight = straight;
    }
  }

  @BeforeEach
  void start() throws Exception {
    mesh = new Mesh(Mesh.Options.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    Mesh.await(appVertx.close());
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aCallAndItsAnswerPassWithDeadlineMetadataAndTrailers(Way way) throws Exception {
    start(
        way,
        request -> {
          heard.add(
              request.version()
                  + " "
                  + request.getHeader("grpc-timeout")
                  + " "
                  + request.getHeader("te")
                  + " "
                  + request.getHeader("x-meta"));
          request
              .body()
              .onSuccess(
                  body -> {
                    request
                        .response()
                        .setChunked(true)
                        .putHeader("content-type", "application/grpc");
                    request.response().write(body);
                    request.response().putTrailer("grpc-status", "0");
                    request.response().putTrailer("x-meta-bin", "AQI=").end();
                  });
        });
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false, "grpc-timeout", "5S", "te", "trailers", "x-meta", "m");
      client.frame(DATA, END_STREAM, 1, message("hi"));
      RawHttp2Client.Frame head = client.readAnswer();
      assertThat(client.fields(head))
          .containsEntry(":status", "200")
          .containsEntry("content-type", "application/grpc");
      assertThat(client.text(5 + 2)).endsWith("hi");
      RawHttp2Client.Frame trailers = client.readAnswer();
      assertThat(trailers.flags() & END_STREAM).isNotZero();
      assertThat(client.fields(trailers))
          .containsEntry("grpc-status", "0")
          .containsEntry("x-meta-bin", "AQI=");
    }
    assertThat(heard).containsExactly("HTTP_2 5S trailers m");
    AccessEntry entry = mesh.logged("destination");
    assertThat(entry.grpc()).isEqualTo(new GrpcCall("0", 1, 1));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void anAnswerOfTrailersOnlyStaysOne(Way way) throws Exception {
    start(
        way,
        request ->
            request
                .response()
                .putHeader("content-type", "application/grpc")
                .putHeader("grpc-status", "5")
                .putHeader("grpc-message", "not%20here")
                .end());
    try (RawHttp2Client client = client(way)) {
      call(client, 1, true);
      RawHttp2Client.Frame answer = client.readAnswer();
      assertThat(answer.flags() & END_STREAM).isNotZero();
      assertThat(client.fields(answer))
          .containsEntry(":status", "200")
          .containsEntry("grpc-status", "5")
          .containsEntry("grpc-message", "not%20here");
    }
    Mesh.eventually(
        () ->
            mesh.log.stream()
                .anyMatch(entry -> entry.grpc() != null && "5".equals(entry.grpc().status())));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void messagesPassBothWaysAsTheyCome(Way way) throws Exception {
    start(way, GrpcPathTest::echo);
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false);
      for (String text : List.of("one", "two", "three")) {
        client.frame(DATA, 0, 1, message(text));
        assertThat(client.text(5 + text.length())).endsWith(text);
      }
      client.frame(DATA, END_STREAM, 1, new byte[0]);
      assertThat(client.trailers()).containsEntry("grpc-status", "0");
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aClientThatGivesUpIsHeardByTheService(Way way) throws Exception {
    start(
        way,
        request -> {
          request.exceptionHandler(failure -> heard.add("cancelled"));
          echo(request);
        });
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false);
      client.frame(DATA, 0, 1, message("one"));
      client.text(5 + 3);
      client.frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});
      Mesh.eventually(() -> heard.contains("cancelled"));
      // the connection goes on
      call(client, 3, false);
      client.frame(DATA, END_STREAM, 3, message("two"));
      assertThat(client.text(5 + 3)).endsWith("two");
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aServiceThatBreaksOffIsHeardByTheClient(Way way) throws Exception {
    start(
        way,
        request -> {
          echo(request);
          request.handler(
              message -> {
                request.response().write(message);
                if (message.toString().endsWith("two")) {
                  request.response().reset(11); // ENHANCE_YOUR_CALM
                }
              });
        });
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false);
      client.frame(DATA, 0, 1, message("one"));
      client.text(5 + 3);
      client.frame(DATA, 0, 1, message("two"));
      RawHttp2Client.Frame end = client.readAnswer();
      assertThat(end.type()).isEqualTo(RST_STREAM);
      assertThat(end.error()).isEqualTo(11);
    }
  }

  /** As a service does that refuses a stream of messages after the first. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void aServiceThatIsDoneEarlyStopsTheClient(Way way) throws Exception {
    start(
        way,
        request ->
            request
                .response()
                .putHeader("content-type", "application/grpc")
                .putHeader("grpc-status", "8")
                .end());
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false);
      client.frame(DATA, 0, 1, message("one"));
      assertThat(client.fields(client.readAnswer())).containsEntry("grpc-status", "8");
      RawHttp2Client.Frame end = client.readAnswer();
      assertThat(end.type()).isEqualTo(RST_STREAM);
      assertThat(end.error()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aRefusalIsAStatusOfGrpc(Way way) throws Exception {
    start(way, GrpcPathTest::echo);
    mesh.policy(
        MtlsMode.STRICT,
        new AuthorizationPolicy(
            "b", "nobody", AuthorizationPolicy.Action.ALLOW, false, List.of(), null));
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false);
      client.frame(DATA, END_STREAM, 1, message("one"));
      RawHttp2Client.Frame answer = client.readAnswer();
      assertThat(answer.type()).isEqualTo(HEADERS);
      assertThat(answer.flags() & END_STREAM).isNotZero();
      assertThat(client.fields(answer))
          .containsEntry(":status", "200")
          .containsEntry("content-type", "application/grpc")
          .containsEntry("grpc-status", "7")
          .containsEntry("grpc-message", "RBAC: access denied");
    }
    assertThat(heard).isEmpty();
    AccessEntry entry = mesh.logged("destination");
    assertThat(entry.reason().code()).isEqualTo("no_allow_matched");
    assertThat(entry.status()).isEqualTo(200);
    assertThat(entry.grpc()).extracting(GrpcCall::status).isEqualTo("7");
    assertThat(entry.refused()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"OUTBOUND", "OUTBOUND_UNDECLARED"})
  void aServiceThatIsDownIsAStatusOfGrpc(Way way) throws Exception {
    start(way, GrpcPathTest::echo);
    Mesh.await(appVertx.close());
    try (RawHttp2Client client = client(way)) {
      call(client, 1, true);
      assertThat(client.fields(client.readAnswer()))
          .containsEntry(":status", "200")
          .containsEntry("grpc-status", "14");
      client.request(
          3,
          true,
          ":method",
          "POST",
          ":scheme",
          "http",
          ":path",
          "/svc/Call",
          ":authority",
          "nobody.b",
          "content-type",
          "application/grpc");
      assertThat(client.fields(client.readAnswer())).containsEntry("grpc-status", "14");
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aCallEndsSoonAfterItsDeadlineEvenIfNobodyEndsIt(Way way) throws Exception {
    start(way, request -> request.exceptionHandler(failure -> heard.add("cancelled")));
    try (RawHttp2Client client = client(way)) {
      call(client, 1, false, "grpc-timeout", "50m");
      assertThat(client.fields(client.readAnswer())).containsEntry("grpc-status", "4");
      Mesh.eventually(() -> heard.contains("cancelled"));
    }
  }

  private void start(Way way, Handler<HttpServerRequest> handler) throws Exception {
    HttpServer app = appVertx.createHttpServer().requestHandler(handler);
    Mesh.await(app.listen(0, "127.0.0.1"));
    mesh.close();
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT
                .protocol(way.port)
                .service(new HostPort("127.0.0.1", app.actualPort())));
  }

  private RawHttp2Client client(Way way) throws Exception {
    return new RawHttp2Client(
        way.straight
            ? mesh.tlsSocket(mesh.authority.issue(Mesh.CLIENT_ID), "istio-h2", "h2")
            : new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  private static void echo(HttpServerRequest request) {
    request.response().setChunked(true).putHeader("content-type", "application/grpc+proto");
    request.handler(message -> request.response().write(message));
    request.endHandler(end -> request.response().putTrailer("grpc-status", "0").end());
  }

  private static void call(RawHttp2Client client, int stream, boolean end, String... more)
      throws Exception {
    String[] fields = {
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      "/svc/Call",
      ":authority",
      "server.b",
      "content-type",
      "application/grpc"
    };
    String[] all = java.util.Arrays.copyOf(fields, fields.length + more.length);
    System.arraycopy(more, 0, all, fields.length, more.length);
    client.request(stream, end, all);
  }

  private static byte[] message(String text) {
    Buffer framed = Buffer.buffer().appendByte((byte) 0).appendInt(text.length());
    return framed.appendBytes(text.getBytes(StandardCharsets.US_ASCII)).getBytes();
  }
}
