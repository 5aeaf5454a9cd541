package io.heraldmesh.proxy;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.proxy.overload.Memory;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.TestMemory;
import io.heraldmesh.proxy.overload.Thresholds;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.tls.NativeTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Two nodes in one process: workload {@code a/client} behind one data path, {@code b/server} behind
 * another, real sockets and real TLS between them.
 */
final class Mesh implements AutoCloseable {
  static final TrustDomain DOMAIN = new TrustDomain("mesh.test");
  static final Workload CLIENT = new Workload("a", "client");
  static final Workload SERVER = new Workload("b", "server");
  static final SpiffeId CLIENT_ID = SpiffeId.workload(DOMAIN, "a", "client");
  static final SpiffeId SERVER_ID = SpiffeId.workload(DOMAIN, "b", "server");

  final Vertx vertx = NativeTransport.builder(new VertxOptions().setEventLoopPoolSize(2)).build();
  final TestAuthority authority = new TestAuthority("mesh");
  final RecordingApp app;
  final TestCredentials clientCredentials = new TestCredentials();
  final TestCredentials serverCredentials = new TestCredentials();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final List<AccessEntry> log = new CopyOnWriteArrayList<>();

  /** How far the clock of the client's node is ahead of the other's. */
  final AtomicReference<Duration> clientAhead = new AtomicReference<>(Duration.ZERO);

  final TestMemory clientMemory = new TestMemory();
  final TestMemory serverMemory = new TestMemory();
  final Overload clientOverload = overload("client", clientMemory);
  final Overload serverOverload = overload("server", serverMemory);
  final DataPath client;
  final DataPath server;
  final InetSocketAddress outbound;
  final InetSocketAddress outboundPort;
  final InetSocketAddress inbound;
  final InetSocketAddress outboundCapture;
  final InetSocketAddress inboundCapture;

  /** Where the clients of captured connections say that they were going. */
  final Dialled dialled = new Dialled();

  private final int servicePort;

  /**
   * What a test may choose.
   *
   * @param app where the service listens, when it is not the {@link RecordingApp}
   */
  record Options(
      Protocol protocol,
      Limits limits,
      InstantSource clock,
      Protocol outboundPortProtocol,
      Optional<HostPort> app,
      boolean allowLoopback,
      String host) {
    Options(
        Protocol protocol,
        Limits limits,
        InstantSource clock,
        Protocol outboundPortProtocol,
        Optional<HostPort> app,
        boolean allowLoopback) {
      this(protocol, limits, clock, outboundPortProtocol, app, allowLoopback, "127.0.0.1");
    }

    Options(
        Protocol protocol,
        Limits limits,
        InstantSource clock,
        Protocol outboundPortProtocol,
        Optional<HostPort> app) {
      this(protocol, limits, clock, outboundPortProtocol, app, true);
    }

    static final Options DEFAULT =
        new Options(
            Protocol.HTTP,
            Limits.DEFAULTS,
            InstantSource.system(),
            Protocol.AUTO,
            Optional.empty(),
            true);

    Options protocol(Protocol chosen) {
      return new Options(chosen, limits, clock, outboundPortProtocol, app, allowLoopback);
    }

    Options limits(Limits chosen) {
      return new Options(protocol, chosen, clock, outboundPortProtocol, app, allowLoopback);
    }

    Options clock(InstantSource chosen) {
      return new Options(protocol, limits, chosen, outboundPortProtocol, app, allowLoopback);
    }

    Options service(HostPort chosen) {
      return new Options(
          protocol, limits, clock, outboundPortProtocol, Optional.of(chosen), allowLoopback);
    }

    /** All listeners on {@code address}; to be said last. */
    Options on(String address) {
      return new Options(
          protocol, limits, clock, outboundPortProtocol, app, allowLoopback, address);
    }

    Options withoutLoopback() {
      return new Options(protocol, limits, clock, outboundPortProtocol, app, false);
    }

    Options tcp(HostPort service) {
      return new Options(
          Protocol.TCP, limits, clock, Protocol.TCP, Optional.of(service), allowLoopback);
    }
  }

  private final Options options;

  /** What the two nodes listen on, as if they were one. */
  final OwnListeners own = new OwnListeners();

  Mesh(Options options) throws Exception {
    this.options = options;
    app = new RecordingApp();
    servicePort = 80;
    server =
        path(
            "server",
            new WorkloadSettings(
                SERVER,
                "server",
                Map.of(),
                null,
                List.of(),
                List.of(
                    new InboundPort(
                        "main",
                        8080,
                        options.protocol(),
                        options.app().orElse(app.address()),
                        new HostPort(options.host(), 0),
                        null))),
            serverCredentials,
            serverOverload,
            options.clock());
    client =
        path(
            "client",
            new WorkloadSettings(
                CLIENT,
                "client",
                Map.of(),
                ListenAddress.parse(new HostPort(options.host(), 0).toString()),
                List.of(
                    new OutboundPort(
                        ListenAddress.parse(new HostPort(options.host(), 0).toString()),
                        new HostPort("server.b", servicePort),
                        options.outboundPortProtocol())),
                List.of(),
                ListenAddress.parse(new HostPort(options.host(), 0).toString()),
                null),
            clientCredentials,
            clientOverload,
            () -> options.clock().instant().plus(clientAhead.get()));
    List<Bound> servers = await(server.open());
    inbound = servers.getFirst().address();
    inboundCapture = bound(servers, "inbound-capture");
    List<Bound> bound = await(client.open());
    outbound = bound(bound, "outbound");
    outboundPort = bound.getLast().address();
    outboundCapture = bound(bound, "outbound-capture");
  }

  private static InetSocketAddress bound(List<Bound> all, String what) {
    return all.stream().filter(b -> b.what().equals(what)).findFirst().orElseThrow().address();
  }

  /** A mesh with leaves and a snapshot that allows everything to callers with an identity. */
  static Mesh ready(Options options) throws Exception {
    Mesh mesh = new Mesh(options);
    mesh.makeReady();
    return mesh;
  }

  void makeReady() {
    clientCredentials.set(authority.issue(CLIENT_ID), authority.root());
    serverCredentials.set(authority.issue(SERVER_ID), authority.root());
    policy(MtlsMode.STRICT);
    destination(Set.of(SERVER_ID), true);
    eventually(() -> client.inForce() && server.inForce());
  }

  static Mesh ready() throws Exception {
    return ready(Options.DEFAULT);
  }

  void policy(MtlsMode mode, AuthorizationPolicy... policies) {
    server.apply(
        new NodeSnapshot("server", List.of(workloadPolicy(SERVER, mode, policies)), List.of()));
  }

  static WorkloadPolicy workloadPolicy(
      Workload workload, MtlsMode mode, AuthorizationPolicy... policies) {
    return new WorkloadPolicy(
        workload,
        workload.name(),
        mode,
        Map.of(),
        List.of(),
        List.of(policies),
        PathNormalization.BASE,
        List.of(DOMAIN),
        AuthenticationPolicies.NONE);
  }

  /** What the client may call. */
  void destination(Set<SpiffeId> identities, boolean mutualTls) {
    destinations(
        List.of(
            destination(
                "server",
                identities,
                List.of(new Endpoint(options.host(), inbound.getPort(), mutualTls)))));
  }

  void destinations(List<Destination> destinations) {
    client.apply(
        new NodeSnapshot("client", List.of(workloadPolicy(CLIENT, MtlsMode.STRICT)), destinations));
  }

  Destination destination(String name, Set<SpiffeId> identities, List<Endpoint> endpoints) {
    return destination(
        name,
        identities,
        Set.of(name + ".b", name + ".b.svc", name + ".b.svc.cluster.local"),
        endpoints);
  }

  Destination destination(
      String name, Set<SpiffeId> identities, Set<String> hosts, List<Endpoint> endpoints) {
    return new Destination(
        "b/" + name,
        hosts,
        servicePort,
        options.protocol(),
        "outbound_.80_._." + name + ".b.svc.cluster.local",
        identities,
        endpoints);
  }

  RawClient call() throws Exception {
    return new RawClient(outbound);
  }

  /** Connects straight to the inbound listener, as whoever holds {@code credential}. */
  RawClient meshClient(@Nullable Credential credential, String... alpn) throws Exception {
    return new RawClient(tlsSocket(credential, alpn));
  }

  SSLSocket tlsSocket(@Nullable Credential credential, String... alpn) throws Exception {
    return tlsSocket(inbound, credential, alpn);
  }

  static SSLSocket tlsSocket(InetSocketAddress to, @Nullable Credential credential, String... alpn)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        credential == null ? null : new KeyManager[] {new OneKey(credential)},
        new TrustManager[] {new Anyone()},
        new SecureRandom());
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(10_000);
    socket.connect(to);
    return socket;
  }

  AccessEntry logged(String reporter) {
    eventually(() -> log.stream().anyMatch(entry -> entry.reporter().equals(reporter)));
    return log.stream().filter(entry -> entry.reporter().equals(reporter)).toList().getLast();
  }

  @Override
  public void close() throws Exception {
    client
        .drain(Duration.ofMillis(50))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    server
        .drain(Duration.ofMillis(50))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    app.close();
    await(vertx.close());
  }

  static <T> T await(io.vertx.core.Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  static void eventually(BooleanSupplier condition) {
    Instant deadline = Instant.now().plusSeconds(10);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError("did not come true in 10 s");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }
  }

  private Overload overload(String node, Memory memory) {
    return new Overload(memory, Thresholds.shedAt(90), node, meters, () -> 0);
  }

  private DataPath path(
      String node,
      WorkloadSettings workload,
      TestCredentials credentials,
      Overload overload,
      InstantSource clock) {
    return new DataPath(
        vertx,
        new ProxySettings(
            node,
            DOMAIN,
            List.of(workload),
            options.limits(),
            options.allowLoopback(),
            node.equals("server") ? ListenAddress.parse("127.0.0.1:0") : null,
            false),
        credentials,
        () -> KeySets.NONE,
        Crypto.jdk(),
        meters,
        log::add,
        clock,
        own,
        overload,
        dialled);
  }

  static final class Anyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
