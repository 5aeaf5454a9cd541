package io.heraldmesh.link;

import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.tls.PartTls;
import io.heraldmesh.tls.PeerIdentity;
import io.heraldmesh.tls.PeerRefused;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2ServerConfig;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a control node offers to nodes outside of the cluster: gRPC over TLS 1.3, with the node's
 * own identity, which it takes anew whenever that was renewed; open connections go on. Clients show
 * a certificate or none; each call is told which. Thread-safe.
 */
public final class ControlServer {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final long LOOK_FOR_RENEWAL_MILLIS = 1000;
  private static final int MOST_STREAMS = 16;
  private static final int MOST_HEADER_BYTES = 16 << 10;
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final AtomicInteger RANDOM_PORTS = new AtomicInteger();

  /** RFC 9113 section 8.1: the answer is whole, and no more of the request is wanted. */
  private static final long NO_ERROR = 0;

  private static final String NONE_SHOWN = "show a certificate";
  private static final String NO_LONGER_GOOD = "the certificate is no longer good";
  private static final List<String> ALPN = List.of("h2");

  private final Vertx vertx;
  private final SvidSource identity;
  private final PeerVerifier verifier;
  private final InstantSource clock;
  private final Map<String, Offered> offered = new HashMap<>();
  private final Supplier<Revocations> revocations;
  private final OpenConnections connections;
  private final AtomicLong tooMany = new AtomicLong();
  private final Map<String, HttpServer> acceptors = new HashMap<>();

  /** Of each open connection, who its client was found to be. */
  private final Map<HttpConnection, Seen> seen = new ConcurrentHashMap<>();

  private final SilentCallers silent;
  private final UnreadCalls unread;
  private final ConnectionBounds bounds;

  private volatile InUse inUse;
  private long timer = -1;

  /**
   * A method with what reads its messages.
   *
   * @param less what reads those of callers from whom it takes less
   */
  private record Offered(
      ControlMethod<?, ?> method,
      Handler<HttpServerRequest> grpc,
      Handler<HttpServerRequest> less) {
    Handler<HttpServerRequest> reader(@Nullable PeerIdentity peer) {
      return method.takesAllOf(peer) ? grpc : less;
    }
  }

  private record InUse(HeraldSvid svid, TrustBundle bundle, PartTls tls) {}

  /**
   * @param by whose roots it was checked against; null: it was not looked at yet
   */
  private record Seen(@Nullable PartTls by, @Nullable PeerIdentity peer) {
    static final Seen NOT_YET = new Seen(null, null);

    boolean counts(PartTls now, Instant at) {
      return by == now
          && (peer == null || at.isBefore(peer.notAfter()) && !at.isBefore(peer.notBefore()));
    }
  }

  /**
   * @param identity whose certificate is shown and whose roots clients are checked against
   * @param revocations asked anew for each call: whoever shows a void identity is refused
   * @param mostConnections open at once; more are closed
   */
  public ControlServer(
      Vertx vertx,
      SvidSource identity,
      Crypto crypto,
      InstantSource clock,
      Supplier<Revocations> revocations,
      int mostConnections,
      List<ControlMethod<?, ?>> methods) {
    this(
        vertx, identity, crypto, clock, revocations, ConnectionBounds.of(mostConnections), methods);
  }

  /** The same, with other bounds. */
  ControlServer(
      Vertx vertx,
      SvidSource identity,
      Crypto crypto,
      InstantSource clock,
      Supplier<Revocations> revocations,
      ConnectionBounds bounds,
      List<ControlMethod<?, ?>> methods) {
    this.vertx = vertx;
    this.identity = identity;
    this.verifier = new PeerVerifier(crypto);
    this.clock = clock;
    this.revocations = revocations;
    this.silent = new SilentCallers(vertx, bounds.callWithin());
    this.unread = new UnreadCalls(vertx, bounds.mostUnreadBytes());
    this.bounds = bounds;
    this.connections = new OpenConnections(bounds);
    this.inUse = current();
    methods.forEach(this::offer);
  }

  private <Q, A> void offer(ControlMethod<Q, A> method) {
    Offered made =
        new Offered(
            method,
            reader(method, method.mostRequestBytes()),
            reader(method, method.mostOfOthers()));
    if (offered.put(method.path(), made) != null) {
      throw new IllegalArgumentException(method.path() + " is offered twice");
    }
  }

  private <Q, A> GrpcServer reader(ControlMethod<Q, A> method, int mostBytes) {
    return GrpcServer.server(
            vertx,
            new GrpcServerOptions()
                .setMaxMessageSize(mostBytes)
                .removeEnabledProtocol(GrpcProtocol.WEB)
                .removeEnabledProtocol(GrpcProtocol.WEB_TEXT))
        .callHandler(method.method(), call -> take(method, call));
  }

  /**
   * Opens the port.
   *
   * @param eventLoops over which connections are spread
   * @return the address as bound
   */
  public Future<SocketAddress> listen(SocketAddress address, int eventLoops) {
    SocketAddress shared =
        address.port() == 0
            ? SocketAddress.sharedRandomPort(RANDOM_PORTS.incrementAndGet(), address.host())
            : address;
    Future<SocketAddress> bound = open(shared);
    for (int i = 1; i < eventLoops; i++) {
      bound = bound.compose(first -> open(shared));
    }
    return bound.onSuccess(
        done -> timer = vertx.setPeriodic(LOOK_FOR_RENEWAL_MILLIS, tick -> renew()));
  }

  /** On an event loop of its own, behind the same port. */
  private Future<SocketAddress> open(SocketAddress address) {
    HttpServer server = server();
    Acceptor acceptor = new Acceptor(server, address);
    return vertx
        .deployVerticle(acceptor)
        .map(
            id -> {
              synchronized (acceptors) {
                acceptors.put(id, server);
              }
              return SocketAddress.inetSocketAddress(server.actualPort(), address.host());
            });
  }

  private HttpServer server() {
    HttpServerConfig config =
        new HttpServerConfig()
            .setVersions(HttpVersion.HTTP_2)
            .setIdleTimeout(IDLE)
            .setHttp2Config(
                new Http2ServerConfig()
                    .setInitialSettings(
                        new Http2Settings()
                            .setMaxConcurrentStreams(MOST_STREAMS)
                            .setMaxHeaderListSize(MOST_HEADER_BYTES)));
    return vertx
        .httpServerBuilder()
        .with(config)
        .with(PartTls.engine())
        .with(options())
        .withConnectHandler(this::connected)
        .build()
        .requestHandler(this::dispatch);
  }

  /** Closes the port and every connection. */
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    List<String> open;
    synchronized (acceptors) {
      open = List.copyOf(acceptors.keySet());
      acceptors.clear();
    }
    return Future.join(open.stream().map(vertx::undeploy).toList()).mapEmpty();
  }

  /** Takes what was renewed; a timer calls it every second. */
  void renew() {
    InUse before = inUse;
    HeraldSvid svid = identity.svid();
    TrustBundle bundle = identity.bundle();
    if (svid.equals(before.svid()) && bundle.equals(before.bundle())) {
      return;
    }
    inUse = current();
    List<HttpServer> open;
    synchronized (acceptors) {
      open = List.copyOf(acceptors.values());
    }
    for (HttpServer server : open) {
      // By force: what was resumed from the old context would keep its old identity.
      server
          .updateSSLOptions(options(), true)
          .onSuccess(done -> LOG.info("control server shows {}", inUse.svid()))
          .onFailure(e -> LOG.error("control server keeps its old certificate", e));
    }
  }

  private InUse current() {
    HeraldSvid svid = identity.svid();
    TrustBundle bundle = identity.bundle();
    return new InUse(svid, bundle, new PartTls(svid.key(), svid.chain(), bundle, verifier, clock));
  }

  private ServerSSLOptions options() {
    return inUse.tls().server(ALPN);
  }

  private void connected(HttpConnection connection) {
    seen.put(connection, Seen.NOT_YET);
    SpiffeId client = client(connection);
    String from = connection.remoteAddress().hostAddress();
    Optional<String> refused = connections.enter(from, client);
    if (refused.isEmpty() && client == null) {
      silent.watch(connection);
    }
    connection.closeHandler(
        closed -> {
          connections.leave(from, client);
          seen.remove(connection);
          silent.gone(connection);
        });
    if (refused.isPresent()) {
      tooMany(refused.get(), connection);
      connection.close();
    }
  }

  /** Anybody may come as often as they like: only the first and each that doubles them is told. */
  private void tooMany(String why, HttpConnection connection) {
    long count = tooMany.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.warn("connection closed, {} from={} count={}", why, connection.remoteAddress(), count);
    }
  }

  /** Whether the client of {@code connection} shows a certificate that is good by now. */
  public boolean proven(HttpConnection connection) {
    return client(connection) != null;
  }

  private @Nullable SpiffeId client(HttpConnection connection) {
    try {
      PeerIdentity peer = peer(connection);
      return peer == null ? null : peer.id();
    } catch (PeerRefused e) {
      return null;
    }
  }

  private void dispatch(HttpServerRequest request) {
    silent.asked(request);
    request.response().endHandler(end -> silent.answered(request));
    Offered named = offered.get(request.path());
    if (named == null) {
      EarlyAnswer.refuse(request, GrpcStatus.UNIMPLEMENTED, "there is no such method here");
      return;
    }
    ControlMethod<?, ?> method = named.method();
    PeerIdentity peer;
    try {
      peer = method.proven() ? peer(request.connection()) : null;
    } catch (PeerRefused e) {
      method.unproven().accept(NO_LONGER_GOOD + ", " + e.getMessage());
      EarlyAnswer.refuse(request, GrpcStatus.UNAUTHENTICATED, NO_LONGER_GOOD);
      return;
    }
    if (method.proven() && peer == null) {
      method.unproven().accept(NONE_SHOWN);
      EarlyAnswer.refuse(request, GrpcStatus.UNAUTHENTICATED, NONE_SHOWN);
      return;
    }
    Received.prepare(request);
    if (method.oneRequest()) {
      request.response().endHandler(end -> answered(request));
      unread.watch(request, method.trusts(peer) ? bounds.trustedCallWithin() : bounds.callWithin());
    }
    named.reader(peer).handle(request);
  }

  /** Of what was answered no more is read: where its caller goes on the stream is reset. */
  private void answered(HttpServerRequest request) {
    silent.answered(request);
    if (!request.isEnded() && !request.response().closed()) {
      request.response().reset(NO_ERROR);
    }
  }

  private <Q, A> void take(ControlMethod<Q, A> method, GrpcServerRequest<Q, A> call) {
    HttpConnection connection = call.connection();
    try {
      @Nullable PeerIdentity peer = peer(connection);
      method
          .handler()
          .handle(
              new ControlCaller(
                  Optional.ofNullable(peer), connection.remoteAddress().hostAddress()),
              call);
    } catch (PeerRefused e) {
      method.unproven().accept(NO_LONGER_GOOD + ", " + e.getMessage());
      EarlyAnswer.refuse(call, GrpcStatus.UNAUTHENTICATED, NO_LONGER_GOOD);
    }
  }

  private @Nullable PeerIdentity peer(HttpConnection connection) throws PeerRefused {
    PeerIdentity peer = shown(connection);
    if (peer != null) {
      Optional<HeraldIdentity> herald = peer.id().herald();
      if (herald.isPresent() && revocations.get().voids(herald.get().name(), peer.notBefore())) {
        throw new PeerRefused("revoked", peer.id() + " of " + peer.notBefore() + " is void");
      }
    }
    return peer;
  }

  /** Reads and checks the certificate once for each set of roots: links are asked every second. */
  private @Nullable PeerIdentity shown(HttpConnection connection) throws PeerRefused {
    PartTls now = inUse.tls();
    Seen before = seen.get(connection);
    if (before != null && before.counts(now, clock.instant())) {
      return before.peer();
    }
    PeerIdentity peer = now.client(connection.sslSession());
    seen.computeIfPresent(connection, (same, any) -> new Seen(now, peer));
    return peer;
  }
}
