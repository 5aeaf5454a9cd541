package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeFolder;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own that may have 256 MiB and no more: by a control group where this
 * user may make one, and by its resident memory, looked at every 100 ms, in any case.
 */
final class OverloadNode implements AutoCloseable {
  static final int LIMIT_MIB = 256;
  static final List<String> JAVA =
      List.of(
          "-Xmx64m",
          "-Xms40m",
          "-Xmn24m",
          "-XX:SurvivorRatio=4",
          "-XX:MaxDirectMemorySize=32m",
          "-XX:TrimNativeHeapInterval=5000",
          "-XX:ReservedCodeCacheSize=40m",
          "-Xss512k");

  static final TrustDomain DOMAIN = new TrustDomain("mesh.test");

  private static final int WARMING_PER_SECOND = 600;
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");
  private static final Pattern VALUE = Pattern.compile("(?m)^(\\w+)(\\{[^}]*})? (\\S+)$");

  private final LabServices services = new LabServices();
  private final HeraldProcess herald;
  private final @Nullable Path group;
  private final Path errors;
  private final AtomicLong highest = new AtomicLong();
  private volatile boolean closed;

  /** How the process is started, given the words in front of its command. */
  private interface Start {
    HeraldProcess.Start of(List<String> before);
  }

  /**
   * A node as it is shipped.
   *
   * @param apps names of services and the ports where they listen
   */
  static OverloadNode shipped(Path at, Map<String, Integer> apps) throws IOException {
    return new OverloadNode(at, before -> HeraldProcess.shipped(before, JAVA), apps);
  }

  /**
   * A node that another class starts.
   *
   * @param main given {@code run --config FILE}
   */
  static OverloadNode of(Path at, Class<?> main) throws IOException {
    return new OverloadNode(
        at,
        before -> (errors, arguments) -> HeraldProcess.start(before, main, JAVA, errors, arguments),
        Map.of());
  }

  private OverloadNode(Path at, Start start, Map<String, Integer> apps) throws IOException {
    NodeFolder folder = new NodeFolder(at);
    errors = at.resolve("errors.log");
    StringBuilder lines =
        new StringBuilder(
            """
              trustDomain: mesh.test
              eventLoops: 2
              limits: {memoryMiB: %d}
              accessLog: {file: access.log, samplePercent: 1}
              workloads:
              - namespace: a
                name: caller
                serviceAccount: caller
                credentials: {dir: caller}
                outbound: {listen: "127.0.0.1:0"}
            """
                .formatted(LIMIT_MIB));
    StringBuilder resources = new StringBuilder(NodeFolder.PERMISSIVE);
    service("web", services.http("web"), lines, resources);
    apps.forEach((name, port) -> service(name, port, lines, resources));
    folder.node(lines.toString());
    folder.write("peers.yaml", resources.toString());
    certificates(Files.createDirectories(folder.path("caller")));
    group = group();
    herald = start.of(inGroup()).of(errors, "run", "--config", folder.file().toString());
    Thread.ofPlatform().daemon().start(this::watchMemory);
    herald.awaitReady();
  }

  private static void service(String name, int app, StringBuilder lines, StringBuilder resources) {
    lines.append(
        """
          - namespace: a
            name: %1$s
            serviceAccount: web
            labels: {app: %1$s}
            ports: [{name: http, port: 8080, app: "127.0.0.1:%2$d", listen: "127.0.0.1:0"}]
        """
            .formatted(name, app));
    resources.append(
        """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: a}
        spec: {selector: {app: %1$s}, ports: [{name: http, port: 80, targetPort: 8080}]}
        """
            .formatted(name));
  }

  /** The caller's leaf, with which an attacker may also come; in files, to be read by it. */
  private static void certificates(Path folder) throws IOException {
    TestAuthority authority = new TestAuthority("mesh");
    Credential leaf =
        authority.issue(
            SpiffeId.workload(DOMAIN, "a", "caller"), Instant.now().plusSeconds(86_400));
    try {
      Files.writeString(
          folder.resolve("root-cert.pem"), Pem.write("CERTIFICATE", authority.root().getEncoded()));
      Files.writeString(
          folder.resolve("cert-chain.pem"), Pem.write("CERTIFICATE", leaf.leaf().getEncoded()));
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
    Files.writeString(folder.resolve("key.pem"), Pem.write("PRIVATE KEY", leaf.key().getEncoded()));
  }

  /** A control group with the limit; null where none can be made. */
  private static @Nullable Path group() {
    String name = "herald-overload-" + ProcessHandle.current().pid();
    try {
      if (Files.exists(GROUPS.resolve("cgroup.controllers"))) {
        Path made = Files.createDirectories(GROUPS.resolve(name));
        Files.writeString(made.resolve("memory.max"), LIMIT_MIB + "M");
        return made;
      }
      Path made = Files.createDirectories(GROUPS.resolve("memory").resolve(name));
      Files.writeString(made.resolve("memory.limit_in_bytes"), LIMIT_MIB + "M");
      return made;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  private List<String> inGroup() {
    Path in = group;
    return in == null
        ? List.of()
        : List.of("sh", "-c", "echo $$ > " + in.resolve("cgroup.procs") + "; exec \"$@\"", "sh");
  }

  boolean grouped() {
    return group != null;
  }

  HeraldProcess process() {
    return herald;
  }

  int port(String what) {
    return herald.port(what);
  }

  /** Warm, as a node is that has run for a while: a compiler that still works is no attack. */
  void settle() {
    try (GoodClients warming = new GoodClients(port("outbound:a/caller"), WARMING_PER_SECOND)) {
      LockSupport.parkNanos(Duration.ofSeconds(8).toNanos());
    }
    scrape();
  }

  /** What was said on standard error. */
  String log() throws IOException {
    return Files.readString(errors);
  }

  private void watchMemory() {
    while (!closed) {
      long now = kib("VmRSS");
      highest.accumulateAndGet(now, Math::max);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  /** The highest resident memory since this was asked last, in MiB. */
  long takeHighestMib() {
    return highest.getAndSet(kib("VmRSS")) / 1024;
  }

  long residentMib() {
    return kib("VmRSS") / 1024;
  }

  long files() {
    try (var list = Files.list(Path.of("/proc", Long.toString(herald.pid()), "fd"))) {
      return list.count();
    } catch (IOException e) {
      return -1;
    }
  }

  private long kib(String field) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(herald.pid()), "status")).stream()
          .filter(line -> line.startsWith(field + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // it has ended, which others see
    }
  }

  /** The sum of the series of one name whose labels hold {@code labels}. */
  double metric(String name, String labels) {
    return metric(scrape(), name, labels);
  }

  static double metric(String scraped, String name, String labels) {
    double sum = 0;
    Matcher line = VALUE.matcher(scraped);
    while (line.find()) {
      boolean matches = line.group(2) == null ? labels.isEmpty() : line.group(2).contains(labels);
      if (line.group(1).equals(name) && matches) {
        sum += Double.parseDouble(line.group(3));
      }
    }
    return sum;
  }

  String scrape() {
    int port = herald.port("metrics");
    List<String> last = new ArrayList<>();
    Await.until(
        Duration.ofSeconds(20),
        "metrics",
        () -> {
          try {
            WireClient.Answer got =
                WireClient.once(port, "GET", "127.0.0.1:" + port, "/metrics", List.of());
            return got.status() == 200 && last.add(got.body());
          } catch (IOException e) {
            return false;
          }
        });
    return last.getLast();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    herald.close();
    services.close();
    Path made = group;
    if (made != null) {
      Await.until(
          "the control group is empty", () -> made.toFile().delete() || !Files.exists(made));
    }
  }
}
