package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.link.proto.Failure;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.StatusException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a control node promises whoever calls it, with real TLS on a real socket. */
class ControlServerTest {
  private static final ServiceName NAME = ServiceName.create("test.v1", "Who");
  private static final int MOST_BYTES = 4096;

  /** One that nobody holds is closed, with its connections, when the garbage is collected. */
  private final List<HttpClientAgent> clients = new ArrayList<>();

  private final FakeClock clock = new FakeClock(Instant.now());
  private final TestAuthority mesh = new TestAuthority(clock);
  private final Vertx vertx = Vertx.vertx();
  private final RenewableIdentity identity =
      new RenewableIdentity(mesh.svid(HeraldRole.CONFIG, "c1"), mesh.bundle());
  private final AtomicReference<Revocations> revocations = new AtomicReference<>(Revocations.NONE);
  private final List<ControlCaller> callers = new CopyOnWriteArrayList<>();
  private final ControlServer server =
      new ControlServer(
          vertx,
          identity,
          mesh.crypto(),
          clock,
          revocations::get,
          20,
          List.of(
              ControlMethod.unary(server("Open"), MOST_BYTES, false, this::who),
              ControlMethod.unary(server("Proven"), MOST_BYTES, true, this::who),
              ControlMethod.unary(server("Refuses"), MOST_BYTES, false, this::refuse),
              ControlMethod.unary(server("Breaks"), MOST_BYTES, false, this::breaks)));
  private SocketAddress address;

  @BeforeEach
  void listen() {
    address = Await.result(server.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 2));
  }

  @AfterEach
  void close() {
    Await.result(server.close());
    Await.result(vertx.close());
  }

  @Test
  void aCallerWithACertificateIsKnownByItsVerifiedIdentity() {
    assertThat(ask(client(mesh.svid(HeraldRole.NODE, "n1")), "Proven", "hello"))
        .isEqualTo("spiffe://mesh.test/herald/node/n1 said hello");
    assertThat(callers.getFirst().as(HeraldRole.NODE)).isPresent();
    assertThat(callers.getFirst().as(HeraldRole.OPERATOR)).isEmpty();
    assertThat(callers.getFirst().address()).isEqualTo("127.0.0.1");
  }

  @Test
  void aCallerWithoutACertificateIsNobodyAndReachesOnlyWhatIsOpen() {
    HttpClientAgent nobody = anonymous();

    assertThat(ask(nobody, "Open", "hello")).isEqualTo("nobody said hello");
    assertThat(status(nobody, "Proven")).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    assertThat(callers).hasSize(1);
  }

  @Test
  void aCertificateOfAnotherMeshIsRefusedInTheHandshakeAlsoWhereNoneIsNeeded() {
    TestAuthority other = new TestAuthority(clock);
    HttpClientAgent stranger = client(other.svid(HeraldRole.NODE, "n1"));

    assertThat(Await.failure(call(stranger, "Open", "hello"))).isNotNull();
    assertThat(callers).isEmpty();
  }

  @Test
  void anExpiredCertificateIsRefused() {
    HeraldSvid shortLived = mesh.svid(HeraldRole.NODE, "n1", Duration.ofMinutes(1));
    HttpClientAgent late = client(shortLived);
    clock.advance(Duration.ofHours(1));

    assertThat(Await.failure(call(late, "Open", "hello"))).isNotNull();
    assertThat(callers).isEmpty();
  }

  @Test
  void aCertificateThatEndsWhileItsConnectionIsOpenCountsNoLonger() {
    HttpClientAgent node = client(mesh.svid(HeraldRole.NODE, "n1", Duration.ofMinutes(1)));
    ask(node, "Proven", "in time");
    clock.advance(Duration.ofHours(1));

    assertThat(status(node, "Proven")).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    assertThat(callers).hasSize(1);
  }

  @Test
  void aRevokedNodeIsRefusedOnOpenConnectionsTooAlsoWhereNoCertificateIsNeeded() {
    HeraldSvid svid = mesh.svid(HeraldRole.NODE, "n1");
    HttpClientAgent open = client(svid);
    HttpClientAgent other = client(mesh.svid(HeraldRole.NODE, "n2"));
    ask(open, "Proven", "before");
    Instant begin = svid.leaf().getNotBefore().toInstant();
    revocations.set(new Revocations(Map.of("n1", begin.plusSeconds(1))));

    for (String method : List.of("Proven", "Open")) {
      assertThat(status(open, method)).isEqualTo(GrpcStatus.UNAUTHENTICATED);
      assertThat(status(client(svid), method)).isEqualTo(GrpcStatus.UNAUTHENTICATED);
      // It was not the node that was revoked, but the role that shares its name is.
      assertThat(status(client(mesh.svid(HeraldRole.OPERATOR, "n1")), method))
          .isEqualTo(GrpcStatus.UNAUTHENTICATED);
    }
    assertThat(ask(other, "Proven", "goes on")).endsWith("goes on");
    assertThat(callers).hasSize(2);

    // What is valid from then on is another identity than that which was revoked.
    revocations.set(new Revocations(Map.of("n1", begin)));
    assertThat(ask(open, "Proven", "again")).endsWith("again");
  }

  @Test
  void aRenewedCertificateIsShownToNewConnectionsAndOpenOnesGoOn() {
    HttpClientAgent before = client(mesh.svid(HeraldRole.NODE, "n1"));
    ask(before, "Proven", "one");
    HeraldSvid renewed = mesh.svid(HeraldRole.CONFIG, "c1");
    identity.replace(renewed);
    server.renew();

    Await.until(
        "the new certificate is shown",
        () -> shown(client(mesh.svid(HeraldRole.NODE, "n2"))).equals(renewed.leaf()));
    assertThat(ask(before, "Proven", "two")).endsWith("two");
  }

  @Test
  void aRequestThatIsTooLongNeverReachesItsMethod() {
    HttpClientAgent node = client(mesh.svid(HeraldRole.NODE, "n1"));

    Throwable refused = Await.failure(call(node, "Open", "x".repeat(MOST_BYTES + 1)));

    assertThat(refused).isNotNull();
    assertThat(callers).isEmpty();
  }

  @Test
  void whatIsNotOfferedIsUnimplemented() {
    assertThat(status(anonymous(), "Other")).isEqualTo(GrpcStatus.UNIMPLEMENTED);
  }

  @Test
  void aRefusalTellsTheCallerAndAnErrorDoesNot() {
    HttpClientAgent nobody = anonymous();

    GrpcClientResponse<Failure, Failure> refused = Await.result(sent(nobody, "Refuses"));
    assertThat(refused.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(refused.statusMessage()).isEqualTo("the token was used");
    GrpcClientResponse<Failure, Failure> broken = Await.result(sent(nobody, "Breaks"));
    assertThat(broken.status()).isEqualTo(GrpcStatus.INTERNAL);
    assertThat(broken.statusMessage()).doesNotContain("password");
  }

  @Test
  void connectionsBeyondTheMostAreClosed() {
    List<HttpClientAgent> clients =
        java.util.stream.IntStream.range(0, 20).mapToObj(i -> anonymous()).toList();
    clients.forEach(c -> ask(c, "Open", "in"));

    assertThat(Await.failure(call(anonymous(), "Open", "one too many"))).isNotNull();
    Await.result(clients.getFirst().close());
    Await.until(
        "a place is free again",
        () -> {
          Future<String> again = call(anonymous(), "Open", "again");
          return Await.result(again.otherwise("refused")).endsWith("again");
        });
  }

  @Test
  void connectionsWithoutACertificateAreBoundedForEachAddressAndNodesComeInBeside() {
    bounded(new ConnectionBounds(20, 3, 5, Duration.ofMinutes(1), Duration.ofMinutes(1), 1 << 20));
    List<HttpClientAgent> strangers =
        java.util.stream.IntStream.range(0, 3).mapToObj(i -> anonymous()).toList();
    strangers.forEach(c -> ask(c, "Open", "in"));

    assertThat(Await.failure(call(anonymous(), "Open", "one too many"))).isNotNull();
    for (int i = 0; i < 5; i++) {
      assertThat(ask(client(mesh.svid(HeraldRole.NODE, "n1")), "Proven", "in")).endsWith("in");
    }
    Await.result(strangers.getFirst().close());
    Await.until(
        "a place is free again",
        () ->
            Await.result(call(anonymous(), "Open", "again").otherwise("refused"))
                .endsWith("again"));
  }

  @Test
  void aConnectionWithoutACertificateThatAsksNothingIsClosedAlsoAfterAnAnswer() {
    bounded(
        new ConnectionBounds(20, 20, 20, Duration.ofSeconds(2), Duration.ofMinutes(1), 1 << 20));
    AtomicBoolean node = closed(client(mesh.svid(HeraldRole.NODE, "n1")));
    HttpClientAgent asks = anonymous();
    AtomicBoolean asking = closed(asks);
    HttpClientAgent once = anonymous();
    ask(once, "Open", "in time");
    AtomicBoolean asked = closed(once);

    AtomicBoolean stranger = closed(anonymous());
    Await.until(
        "those that ask nothing are closed",
        () -> ask(asks, "Open", "again").endsWith("again") && stranger.get() && asked.get());
    assertThat(node).isFalse();
    assertThat(asking).isFalse();
  }

  /** In the place of the one with the bounds of others. */
  private void bounded(ConnectionBounds bounds) {
    ControlServer other =
        new ControlServer(
            vertx,
            identity,
            mesh.crypto(),
            clock,
            revocations::get,
            bounds,
            List.of(
                ControlMethod.unary(server("Open"), MOST_BYTES, false, this::who),
                ControlMethod.unary(server("Proven"), MOST_BYTES, true, this::who)));
    address = Await.result(other.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 2));
  }

  /** Whether the connection that {@code client} has, or makes now, is closed. */
  private AtomicBoolean closed(HttpClientAgent client) {
    AtomicBoolean closed = new AtomicBoolean();
    Await.result(connection(client)).closeHandler(end -> closed.set(true));
    return closed;
  }

  private Future<HttpConnection> connection(HttpClientAgent client) {
    return client
        .request(
            new io.vertx.core.http.RequestOptions()
                .setServer(address)
                .setHost("127.0.0.1")
                .setPort(address.port()))
        .map(request -> request.connection());
  }

  private Future<Failure> who(ControlCaller caller, Failure said) {
    callers.add(caller);
    String name = caller.id().map(Object::toString).orElse("nobody");
    return Future.succeededFuture(
        Failure.newBuilder().setMessage(name + " said " + said.getMessage()).build());
  }

  private Future<Failure> refuse(ControlCaller caller, Failure said) {
    return Future.failedFuture(
        new StatusException(GrpcStatus.PERMISSION_DENIED, "the token was used"));
  }

  private Future<Failure> breaks(ControlCaller caller, Failure said) {
    return Future.failedFuture(new IllegalStateException("password of the database is wrong"));
  }

  private static ServiceMethod<Failure, Failure> server(String name) {
    return ServiceMethod.server(
        NAME, name, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(Failure.newBuilder()));
  }

  private HttpClientAgent client(HeraldSvid svid) {
    PartTls tls =
        new PartTls(
            svid.key(), svid.chain(), mesh.bundle(), new PeerVerifier(mesh.crypto()), clock);
    return client(
        tls.client(
            id -> id.herald().filter(h -> h.role() == HeraldRole.CONFIG).isPresent(),
            List.of("h2")));
  }

  /** As whoever enrols: pins nothing here, since that is not this server's to check. */
  private HttpClientAgent anonymous() {
    return client(
        new ClientSSLOptions()
            .setTrustAll(true)
            .setHostnameVerificationAlgorithm("")
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
            .setUseAlpn(true)
            .setApplicationLayerProtocols(List.of("h2")));
  }

  private HttpClientAgent client(ClientSSLOptions tls) {
    HttpClientAgent made =
        vertx
            .httpClientBuilder()
            .with(new HttpClientConfig().setVersions(HttpVersion.HTTP_2).setSsl(true))
            .with(tls)
            .build();
    clients.add(made);
    return made;
  }

  private Future<GrpcClientResponse<Failure, Failure>> sent(HttpClientAgent client, String method) {
    return sent(client, method, "hello");
  }

  private Future<GrpcClientResponse<Failure, Failure>> sent(
      HttpClientAgent client, String method, String text) {
    ServiceMethod<Failure, Failure> called =
        ServiceMethod.client(
            NAME,
            method,
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(Failure.newBuilder()));
    return GrpcClient.client(vertx, client)
        .request(address, called)
        .compose(
            request -> {
              request.end(Failure.newBuilder().setMessage(text).build());
              return request.response();
            })
        .compose(response -> response.end().transform(done -> Future.succeededFuture(response)));
  }

  private Future<String> call(HttpClientAgent client, String method, String text) {
    return sent(client, method, text)
        .compose(
            response ->
                response.status() == GrpcStatus.OK
                    ? response.last()
                    : Future.failedFuture(String.valueOf(response.status())))
        .map(Failure::getMessage);
  }

  private String ask(HttpClientAgent client, String method, String text) {
    return Await.result(call(client, method, text));
  }

  private GrpcStatus status(HttpClientAgent client, String method) {
    return Await.result(sent(client, method)).status();
  }

  private X509Certificate shown(HttpClientAgent client) {
    try {
      return (X509Certificate)
          Await.result(
                  client
                      .request(
                          new io.vertx.core.http.RequestOptions()
                              .setServer(address)
                              .setHost("127.0.0.1")
                              .setPort(address.port()))
                      .map(
                          request -> {
                            try {
                              return request.connection().peerCertificates();
                            } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
                              throw new IllegalStateException(e);
                            }
                          }))
              .getFirst();
    } finally {
      client.close();
    }
  }
}
