package io.heraldmesh.conformance.live;

import com.sun.management.ThreadMXBean;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.proxy.Bound;
import io.heraldmesh.proxy.DataPath;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.ProxySettings;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.resource.Resources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client's and a service's proxy on loopback ports that the system chooses, with mutual TLS
 * between them and an authority of their own: the data path that {@code herald run} opens.
 */
final class LoopbackMesh implements AutoCloseable {
  private static final TrustDomain DOMAIN = new TrustDomain("mesh.test");
  private static final Workload CLIENT = new Workload("a", "client");
  private static final Workload SERVER = new Workload("b", "server");
  private static final int EVENT_LOOPS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  final RecordingService service;
  final InetSocketAddress inbound;
  final InetSocketAddress outbound;
  final Credential clientLeaf;
  private final Vertx vertx;
  private final DataPath client;
  private final DataPath server;
  private final Set<Long> threads;
  private final AccessLog log;

  /**
   * @param policies for the service
   * @param hosts names under which the client may call it
   * @param log hears of each request at either proxy
   */
  LoopbackMesh(Resources policies, Set<String> hosts, Limits limits, AccessLog log)
      throws Exception {
    this.log = log;
    service = new RecordingService();
    vertx =
        Vertx.vertx(
            new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(EVENT_LOOPS));
    threads = threads(vertx);
    Authority authority =
        Authority.create(DOMAIN, InstantSource.system(), Crypto.preferred(), new SecureRandom());
    clientLeaf = leaf(authority, CLIENT);
    Credential serverLeaf = leaf(authority, SERVER);
    server = path(SERVER, inboundOf(service.port()), serverLeaf, authority, limits);
    client = path(CLIENT, outbound(), clientLeaf, authority, limits);
    inbound = await(server.open()).getFirst().address();
    List<Bound> bound = await(client.open());
    outbound = bound.getFirst().address();
    server.apply(new NodeSnapshot("server", List.of(policy(policies, SERVER)), List.of()));
    client.apply(
        new NodeSnapshot(
            "client",
            List.of(policy(policies, CLIENT)),
            List.of(destination(hosts, serverLeaf.id()))));
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!client.inForce() || !server.inForce()) {
      if (Instant.now().isAfter(deadline)) {
        throw new IllegalStateException("the loopback mesh did not come up in " + PATIENCE);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Whatever came before, the next good request is answered. */
  Outcome goodRequest() throws IOException {
    int status = goodStatus();
    return Outcome.unless(status == 200 ? "" : "a good request afterwards got " + status);
  }

  /** Status of the answer to a good request on a connection of its own. */
  int goodStatus() throws IOException {
    try (RawConnection connection = RawConnection.plain(outbound)) {
      byte[] good = "GET /ok HTTP/1.1\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      connection.send(good, false);
      return connection.status();
    }
  }

  /** What the threads of its proxies have allocated so far, in octets. */
  long allocated() {
    return threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
  }

  /** One instance runs on each event loop. */
  private static Set<Long> threads(Vertx vertx) throws Exception {
    Set<Long> threads = ConcurrentHashMap.newKeySet();
    await(
        vertx.deployVerticle(
            () ->
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    threads.add(Thread.currentThread().threadId());
                    return Future.succeededFuture();
                  }
                },
            new DeploymentOptions().setInstances(EVENT_LOOPS)));
    return threads;
  }

  @Override
  public void close() throws Exception {
    await(client.drain(Duration.ofMillis(50)));
    await(server.drain(Duration.ofMillis(50)));
    service.close();
    await(vertx.close());
  }

  private static WorkloadSettings inboundOf(int app) {
    return new WorkloadSettings(
        SERVER,
        SERVER.name(),
        Map.of(),
        null,
        List.of(),
        List.of(
            new InboundPort(
                "http",
                8080,
                Protocol.HTTP,
                new HostPort("127.0.0.1", app),
                new HostPort("127.0.0.1", 0),
                null)));
  }

  private static WorkloadSettings outbound() {
    return new WorkloadSettings(
        CLIENT, CLIENT.name(), Map.of(), ListenAddress.parse("127.0.0.1:0"), List.of(), List.of());
  }

  private DataPath path(
      Workload workload,
      WorkloadSettings settings,
      Credential leaf,
      Authority authority,
      Limits limits) {
    return new DataPath(
        vertx,
        new ProxySettings(workload.name(), DOMAIN, List.of(settings), limits, false),
        new FixedCredentials(leaf, authority.bundle()),
        () -> KeySets.NONE,
        Crypto.preferred(),
        new SimpleMeterRegistry(),
        log,
        InstantSource.system(),
        new OwnListeners());
  }

  private Destination destination(Set<String> hosts, SpiffeId identity) {
    return new Destination(
        "b/server",
        hosts,
        80,
        Protocol.HTTP,
        "outbound_.80_._.server.b.svc.cluster.local",
        Set.of(identity),
        List.of(new Endpoint("127.0.0.1", inbound.getPort(), true)));
  }

  private static WorkloadPolicy policy(Resources policies, Workload workload) {
    return new MeshCompiler(DOMAIN).workload(policies, workload, workload.name(), Map.of());
  }

  private static Credential leaf(Authority authority, Workload workload)
      throws GeneralSecurityException {
    KeyPairGenerator generator = Crypto.preferred().keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    SpiffeId id = SpiffeId.workload(DOMAIN, workload.namespace(), workload.name());
    return new Credential(
        id, keys.getPrivate(), authority.sign(keys.getPublic(), id, null, Instant.now()).chain());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
