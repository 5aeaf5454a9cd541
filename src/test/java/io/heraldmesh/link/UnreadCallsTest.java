package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.RawGrpc;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.link.proto.Failure;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept of calls that do not end, with real TLS on a real socket. */
@Timeout(60)
class UnreadCallsTest {
  private static final ServiceName NAME = ServiceName.create("test.v1", "Who");
  private static final String ASK = "/test.v1.Who/Ask";

  /** For operators; of others it takes less. */
  private static final String CHANGE = "/test.v1.Who/Change";

  private static final int MOST_BYTES = 128 << 10;
  private static final int MOST_OF_OTHERS = 4096;
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration LATE = Duration.ofMinutes(5);
  private static final String TIMED_OUT = "4";
  private static final String TOO_MUCH = "8";

  private final InstantSource clock = InstantSource.system();
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void aMessageThatDoesNotEndIsRefusedInTimeWhoeverSendsIt() {
    RawGrpc operator = caller(HeraldRole.OPERATOR, serve(SOON, 64 << 20));
    try (LogLines log = new LogLines()) {
      assertThat(operator.open(ASK, begun(MOST_BYTES)).status()).isEqualTo(TIMED_OUT);
      assertThat(operator.open(ASK, Buffer.buffer()).status()).isEqualTo(TIMED_OUT);
      assertThat(log.warnings()).anyMatch(line -> line.contains("did not end in time"));
    }
    assertThat(operator.call(ASK, whole()).status()).isEqualTo("0");
    assertThat(asked).hasValue(1);
  }

  @Test
  void aCallerThatIsTrustedHasLongerThanOthers() {
    SocketAddress server = serve(SOON, LATE, 64 << 20);
    RawGrpc operator = caller(HeraldRole.OPERATOR, server);
    Future<RawGrpc.Answer> slow = operator.opening(CHANGE, begun(MOST_OF_OTHERS));

    assertThat(caller(HeraldRole.NODE, server).open(CHANGE, begun(16)).status())
        .isEqualTo(TIMED_OUT);
    assertThat(operator.open(ASK, begun(16)).status())
        .as("where nobody is trusted")
        .isEqualTo(TIMED_OUT);
    assertThat(slow.isComplete()).isFalse();
  }

  @Test
  void aCallerThatIsTrustedHasNotForEver() {
    RawGrpc operator = caller(HeraldRole.OPERATOR, serve(LATE, SOON, 64 << 20));
    assertThat(operator.open(CHANGE, begun(16)).status()).isEqualTo(TIMED_OUT);
  }

  @Test
  void messagesThatDoNotEndHoldNoMoreThanTheirShareAndWhatComesAtOnceIsTaken() {
    RawGrpc operator = caller(HeraldRole.OPERATOR, serve(LATE, 2 * MOST_BYTES));
    List<Future<RawGrpc.Answer>> begun =
        IntStream.range(0, 6).mapToObj(i -> operator.opening(ASK, begun(MOST_BYTES))).toList();

    Await.until("some are refused", () -> begun.stream().anyMatch(Future::succeeded));
    assertThat(begun.stream().filter(Future::succeeded).map(one -> one.result().status()))
        .containsOnly(TOO_MUCH);
    assertThat(operator.call(ASK, whole()).status()).isEqualTo("0");
  }

  @Test
  void ofCallersThatAreNotTrustedALongMessageIsRefusedAtItsBeginning() {
    SocketAddress server = serve(LATE, 64 << 20);
    Buffer lengthOnly = Buffer.buffer(new byte[] {0, 0, 0, MOST_OF_OTHERS >> 8, 1});

    assertThat(caller(HeraldRole.NODE, server).open(CHANGE, lengthOnly).status())
        .isEqualTo(TOO_MUCH);
    assertThat(caller(HeraldRole.NODE, server).call(CHANGE, whole()).status()).isEqualTo("0");
    assertThat(caller(HeraldRole.OPERATOR, server).call(CHANGE, whole(MOST_OF_OTHERS)).status())
        .isEqualTo("0");
  }

  @Test
  void pingsKeepNoConnectionOpenWhoseCallsDoNotEndAndThatShowsNoCertificate() {
    HttpClientRequest call = raw(serve(SOON, 64 << 20));
    AtomicBoolean closed = new AtomicBoolean();
    call.connection().closeHandler(end -> closed.set(true));
    call.write(begun(MOST_BYTES));

    Await.until(
        "closed",
        () -> {
          call.connection().ping(Buffer.buffer(new byte[8]));
          return closed.get();
        });
  }

  @Test
  void aStreamThatIsAnsweredBeforeItsCallHasEndedIsReset() {
    HttpClientRequest call = raw(serve(LATE, 64 << 20));
    AtomicLong reset = new AtomicLong(-1);
    call.exceptionHandler(
        e -> {
          if (e instanceof StreamResetException by) {
            reset.set(by.getCode());
          }
        });
    Buffer tooLong = Buffer.buffer(new byte[] {0, 127, -1, -1, -1});
    assertThat(Await.result(call.write(tooLong).compose(sent -> call.response())).statusCode())
        .isEqualTo(200);

    Await.until("the stream is reset", () -> reset.get() == 0);
  }

  private SocketAddress serve(Duration within, long mostUnreadBytes) {
    return serve(within, within, mostUnreadBytes);
  }

  private SocketAddress serve(Duration within, Duration trustedWithin, long mostUnreadBytes) {
    ControlServer server =
        new ControlServer(
            vertx,
            SvidSource.fixed(mesh.svid(HeraldRole.CONFIG, "c1"), mesh.bundle()),
            mesh.crypto(),
            clock,
            () -> Revocations.NONE,
            new ConnectionBounds(20, 20, 20, within, trustedWithin, mostUnreadBytes),
            List.of(
                method("Ask", false),
                method("Change", true)
                    .lessOfOthersThan(Set.of(HeraldRole.OPERATOR), MOST_OF_OTHERS)));
    return Await.result(server.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 1));
  }

  private ControlMethod<Failure, Failure> method(String name, boolean proven) {
    return ControlMethod.unary(
        ServiceMethod.server(
            NAME,
            name,
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(Failure.newBuilder())),
        MOST_BYTES,
        proven,
        (caller, message) -> {
          asked.incrementAndGet();
          return Future.succeededFuture(Failure.getDefaultInstance());
        });
  }

  private RawGrpc caller(HeraldRole role, SocketAddress server) {
    HeraldSvid svid = mesh.svid(role, "x");
    PartTls tls =
        new PartTls(
            svid.key(), svid.chain(), mesh.bundle(), new PeerVerifier(mesh.crypto()), clock);
    return new RawGrpc(vertx, tls.client(id -> true, List.of("h2")), server);
  }

  /** A call without a certificate that has not sent anything yet. */
  private HttpClientRequest raw(SocketAddress server) {
    return Await.result(
            vertx
                .httpClientBuilder()
                .with(new HttpClientConfig().setVersions(HttpVersion.HTTP_2).setSsl(true))
                .with(
                    new ClientSSLOptions()
                        .setTrustAll(true)
                        .setHostnameVerificationAlgorithm("")
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                        .setUseAlpn(true)
                        .setApplicationLayerProtocols(List.of("h2")))
                .build()
                .request(
                    new RequestOptions()
                        .setServer(server)
                        .setHost("127.0.0.1")
                        .setPort(server.port())
                        .setMethod(HttpMethod.POST)
                        .setURI(ASK)
                        .putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")))
        .setChunked(true);
  }

  /** All of a message of so many bytes but its last one. */
  private static Buffer begun(int bytes) {
    return Buffer.buffer().appendByte((byte) 0).appendInt(bytes).appendBytes(new byte[bytes - 1]);
  }

  private static Buffer whole() {
    return whole(2);
  }

  /** A message of at least so many bytes. */
  private static Buffer whole(int bytes) {
    byte[] message = Failure.newBuilder().setMessage("x".repeat(bytes)).build().toByteArray();
    return Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
  }
}
