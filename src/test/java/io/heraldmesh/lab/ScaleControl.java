package io.heraldmesh.lab;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The control process that is measured: one node with authority, distribution, admin, SQLite. */
final class ScaleControl implements AutoCloseable {
  static final TrustDomain DOMAIN = new TrustDomain("scale.test");

  /** {@code USER_HZ} of Linux. */
  private static final long MILLIS_PER_TICK = 10;

  /** More for the JVM, such as a recording of where its time goes. */
  private static final String MORE = System.getProperty("herald.scale.control", "");

  /** Those that Herald is shipped with; with a heap for thousands of nodes. */
  private static final String OPTIONS = "@" + Path.of("conf", "java.options").toAbsolutePath();

  private final Path folder;
  private final Path own;
  private final LabNode node;

  /**
   * @param nodes how many are registered, {@code n0} and so on, for {@code lab/w0} and so on
   * @param services how many share the nodes' workloads among them
   */
  ScaleControl(Path folder, int nodes, int services) throws Exception {
    this.folder = folder;
    this.own = Files.createDirectories(folder.resolve("control"));
    List<String> options = new ArrayList<>(List.of(OPTIONS, "-Xms1g", "-Xmn256m", "-Xmx4g"));
    if (!MORE.isEmpty()) {
      options.addAll(List.of(MORE.split(" ")));
    }
    this.node = new LabNode("control", own, List.of(), List.of(), options);
    makeAuthority();
    register(nodes);
    Files.createDirectories(own.resolve("resources"));
    Files.writeString(
        own.resolve("resources").resolve("services.yaml"),
        IntStream.range(0, services)
            .mapToObj(ScaleControl::service)
            .collect(Collectors.joining("---\n")));
    change(0);
    Files.writeString(node.file(), nodeFile(0));
  }

  Authority authority() throws Exception {
    return new CacertsFolder(own.resolve("cacerts"))
        .load(DOMAIN, InstantSource.system(), Crypto.preferred(), new SecureRandom());
  }

  /** Where nodes reach it. */
  SocketAddress start() throws IOException {
    node.start().awaitReady();
    SocketAddress address = address();
    // Should it be started again, nodes find it where it was.
    Files.writeString(node.file(), nodeFile(address.port()));
    return address;
  }

  /** At once, and with nothing said to anybody. */
  void kill() {
    node.kill();
  }

  /** Every node's own snapshot differs with each change. */
  void change(int number) throws IOException {
    Path beside = own.resolve("policy.tmp");
    Files.writeString(
        beside,
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: all, namespace: lab}
        spec:
          rules:
          - from: [{source: {principals: ["scale.test/ns/lab/sa/*"]}}]
            to: [{operation: {paths: ["/change-%d"]}}]
        """
            .formatted(number));
    Files.move(
        beside, own.resolve("resources").resolve("policy.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String service(int number) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: s%d, namespace: lab}
        spec:
          selector: {app: w%d}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """
        .formatted(number, number);
  }

  long cpuMillis() throws IOException {
    return cpuMillis(node.pid());
  }

  /** Processor time that a process has used. */
  static long cpuMillis(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + pid, "stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) * MILLIS_PER_TICK;
  }

  long residentKib() throws IOException {
    return residentKib(node.pid());
  }

  /** Memory that a process has in use. */
  static long residentKib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + pid, "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private void makeAuthority() throws Exception {
    Path passphrase = folder.resolve("passphrase");
    Files.writeString(passphrase, "only for this run\n");
    Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
    String root = folder.resolve("root.p8").toString();
    node.herald(
        "ca",
        "init",
        "--root-out",
        root,
        "--trust-domain",
        DOMAIN.name(),
        "--passphrase-file",
        passphrase.toString());
    node.herald(
        "ca",
        "sign",
        "--root",
        root,
        "--passphrase-file",
        passphrase.toString(),
        "--out",
        own.resolve("cacerts").toString());
  }

  private void register(int nodes) throws IOException {
    Path state = Files.createDirectories(node.state());
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
    try (Store store = SqliteStore.open(state.resolve("herald.db"))) {
      IntStream.range(0, nodes)
          .forEach(
              i ->
                  store
                      .registrations()
                      .add(new Registration("n" + i, "lab", "w" + i, "simulator", Instant.now())));
    }
  }

  private static String nodeFile(int port) {
    return """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: control}
        spec:
          roles: [ca, config, admin]
          trustDomain: %s
          stateDir: state
          authority: {cacerts: cacerts}
          resources: resources
          control: {listen: "127.0.0.1:%d"}
          admin: {listen: "127.0.0.1:0"}
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
        """
        .formatted(DOMAIN.name(), port);
  }

  private SocketAddress address() {
    String line =
        node.said()
            .lines()
            .filter(l -> l.startsWith("listening control "))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(node.said()));
    return SocketAddress.inetSocketAddress(
        Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)), "127.0.0.1");
  }

  @Override
  public void close() {
    if (node.isRunning()) {
      node.stop();
    }
    node.close();
  }
}
