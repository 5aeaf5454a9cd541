package io.heraldmesh.cli.demo;

import io.heraldmesh.node.CaptureConfig;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeConfig.AuthorityConfig;
import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.node.NodeConfig.JwksConfig;
import io.heraldmesh.node.Role;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.log.QueuedAccessLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The shop, up and running: sample services, a token issuer, and a node of Herald with a proxy for
 * each service, all in this process on 127.0.0.1. Nothing is left behind once it is closed.
 */
final class Demo implements Mesh, AutoCloseable {
  private static final String NAMESPACE = "shop";
  private static final List<String> SHOP = List.of("web", "orders", "payments");
  private static final String IMPOSTOR = "impostor";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final Map<String, SampleService> services = new HashMap<>();
  private final DemoOptions options;
  private final TokenIssuer issuer;
  private final DemoFolder folder;
  private final Node node;

  /**
   * Starts everything; returns when the mesh serves. A failed start leaves nothing behind.
   *
   * @throws StartFailure when it cannot
   */
  Demo(DemoOptions options) {
    this.options = options;
    try {
      Vertx vertx = Vertx.vertx();
      undo.push(() -> await(vertx.close()));
      for (String name : names()) {
        services.put(name, await(SampleService.start(vertx, name)));
      }
      issuer = await(TokenIssuer.start(vertx, options.at(80).port()));
      folder = DemoFolder.copy(options.policies(), issuer.port());
      undo.push(folder::close);
      for (String name : options.services().keySet()) {
        folder.write("service-" + name + ".yaml", service(name, ""));
      }
      Path roots = folder.beside("issuer-root.pem", issuer.rootPem());
      node = Node.start(config(roots));
      undo.push(node::stop);
      poison();
    } catch (IOException e) {
      close();
      throw StartFailure.cannotStart("cannot prepare the demo's folder: " + e.getMessage());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static List<String> names() {
    return Stream.concat(SHOP.stream(), Stream.of(IMPOSTOR)).toList();
  }

  /**
   * The attack: whoever answers where {@code stock} is said to be has a certificate of the mesh,
   * but not that of stock. Secure naming expects the service account {@code stock}.
   */
  private void poison() throws IOException {
    folder.write(
        "stock.yaml",
        service("stock", "")
            + """
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: stock, namespace: shop}
            spec:
              address: 127.0.0.1
              serviceAccount: stock
              labels: {app: stock, security.istio.io/tlsMode: istio}
              ports: {http: %d}
            """
                .formatted(inbound(IMPOSTOR)));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (unknown("stock") && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  private boolean unknown(String name) throws IOException {
    return WireClient.once(outbound("web"), "GET", name + ".shop:8080", "/", List.of()).status()
        == 502;
  }

  private NodeConfig config(Path roots) {
    List<WorkloadSettings> workloads = new ArrayList<>();
    for (String name : names()) {
      int place = workloads.size() + 1;
      HostPort app = new HostPort("127.0.0.1", service(name).port());
      workloads.add(workload(name, app, place));
    }
    options
        .services()
        .forEach((name, app) -> workloads.add(workload(name, app, workloads.size() + 1)));
    return new NodeConfig(
        "demo",
        EnumSet.of(Role.CA, Role.CONFIG, Role.PROXY, Role.ADMIN),
        null,
        null,
        new AuthorityConfig.Own(),
        new DatabaseConfig.Sqlite(null),
        folder.resources(),
        true,
        workloads,
        Map.of(),
        options.at(0),
        options.at(21),
        options.at(20),
        new JwksConfig(roots, true),
        Duration.ofHours(24),
        Duration.ofSeconds(1),
        Math.min(4, Runtime.getRuntime().availableProcessors()),
        options.accessLog()
            ? new NodeConfig.AccessLogConfig(1, QueuedAccessLog.Format.JSON, null)
            : null,
        Limits.DEFAULTS,
        true,
        CaptureConfig.NONE,
        null,
        null,
        null);
  }

  private WorkloadSettings workload(String name, HostPort app, int place) {
    return new WorkloadSettings(
        new Workload(NAMESPACE, name),
        name,
        Map.of("app", name),
        new ListenAddress(options.at(place)),
        List.of(),
        List.of(new InboundPort("http", 8080, Protocol.HTTP, app, options.at(40 + place), null)));
  }

  private static String service(String name, String more) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s, namespace: shop}
    spec:
      selector: {app: %1$s}
      ports:
      - {name: http, port: 8080, targetPort: 8080}
    """
            .formatted(name)
        + more;
  }

  /** The user's own services that are protected. */
  List<String> ownServices() {
    return options.services().keySet().stream().sorted().toList();
  }

  @Nullable String operatorToken() {
    return node.operatorToken();
  }

  @Override
  public Path folder() {
    return folder.resources();
  }

  @Nullable HostPort dashboard() {
    return node.adminAddress();
  }

  @Override
  public int outbound(String workload) {
    return node.outbound(new Workload(NAMESPACE, workload));
  }

  @Override
  public int inbound(String workload) {
    return node.inbound(new Workload(NAMESPACE, workload));
  }

  @Override
  public SampleService service(String workload) {
    return Objects.requireNonNull(services.get(workload), workload);
  }

  @Override
  public TokenIssuer issuer() {
    return issuer;
  }

  @Override
  public void edit(String file, UnaryOperator<String> change) throws IOException {
    folder.edit(file, change);
  }

  @Override
  public void renew(String... workloads) {
    await(node.renew(Stream.of(workloads).map(w -> new Workload(NAMESPACE, w)).toList()));
  }

  @Override
  public synchronized void close() {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.cannotStart("interrupted");
    } catch (ExecutionException | TimeoutException e) {
      throw StartFailure.cannotStart("the demo cannot go on: " + e);
    }
  }
}
