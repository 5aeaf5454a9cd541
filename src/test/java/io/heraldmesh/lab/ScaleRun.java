package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * One control process and many simulated nodes: how long it takes until all are attached, and until
 * a change is in force on all, and how much processor time the control process spends on it.
 *
 * <p>Arguments: file of the table, then numbers of nodes.
 */
final class ScaleRun {
  private static final TrustDomain DOMAIN = new TrustDomain("scale.test");
  private static final int CHANGES = 9;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** {@code USER_HZ} of Linux. */
  private static final long MILLIS_PER_TICK = 10;

  private final Path folder;
  private final int count;
  private final AtomicLongArray takenAt;
  private final List<SimulatedNode> nodes = new ArrayList<>();

  private ScaleRun(Path folder, int count) {
    this.folder = folder;
    this.count = count;
    this.takenAt = new AtomicLongArray(count);
  }

  public static void main(String... arguments) throws Exception {
    Path table = Path.of(arguments[0]);
    if (!Files.exists(table) || Files.size(table) == 0) {
      say(
          table,
          "| nodes | attached, s | CPU of the control process, s | of the simulator, s | change in force on all: median, ms | slowest of %d, ms | control CPU for each, ms | RSS, MiB | KiB for each node |"
              .formatted(CHANGES));
      say(table, "|---|---|---|---|---|---|---|---|---|");
    }
    for (String number : List.of(arguments).subList(1, arguments.length)) {
      say(
          table,
          new ScaleRun(Files.createTempDirectory("herald-scale"), Integer.parseInt(number)).run());
    }
    System.exit(0);
  }

  private static void say(Path table, String line) throws IOException {
    System.out.println(line);
    Files.writeString(table, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String run() throws Exception {
    Path own = Files.createDirectories(folder.resolve("control"));
    LabNode control = new LabNode("control", own, List.of(), List.of());
    authority(control);
    Authority authority =
        new CacertsFolder(own.resolve("cacerts"))
            .load(DOMAIN, InstantSource.system(), Crypto.preferred(), new SecureRandom());
    register(own);
    Files.createDirectories(own.resolve("resources"));
    policy(own, 0);
    Files.writeString(control.file(), nodeFile());
    try {
      control.start().awaitReady();
      SocketAddress address = address(control);
      long residentBefore = resident(control);
      make(authority, address);

      long from = System.nanoTime();
      long cpu = cpu(control.pid());
      long ownCpu = cpu(ProcessHandle.current().pid());
      nodes.forEach(SimulatedNode::start);
      all("attached, with a first snapshot", from);
      double attached = (System.nanoTime() - from) / 1e9;
      double attachCpu = (cpu(control.pid()) - cpu) / 1e3;
      double simulatorCpu = (cpu(ProcessHandle.current().pid()) - ownCpu) / 1e3;

      List<Long> millis = new ArrayList<>();
      List<Long> cpus = new ArrayList<>();
      for (int change = 1; change <= CHANGES; change++) {
        long before = cpu(control.pid());
        long start = System.nanoTime();
        policy(own, change);
        long last = all("change " + change, start);
        millis.add((last - start) / 1_000_000);
        cpus.add(cpu(control.pid()) - before);
      }
      long resident = resident(control);
      millis.sort(null);
      cpus.sort(null);
      return "| %d | %.1f | %.1f | %.1f | %d | %d | %d | %d | %d |"
          .formatted(
              count,
              attached,
              attachCpu,
              simulatorCpu,
              millis.get(CHANGES / 2),
              millis.getLast(),
              cpus.get(CHANGES / 2),
              resident >> 10,
              (resident - residentBefore) / count);
    } finally {
      control.close();
      nodes.forEach(SimulatedNode::close);
    }
  }

  private void authority(LabNode control) throws Exception {
    Path passphrase = folder.resolve("passphrase");
    Files.writeString(passphrase, "only for this run\n");
    Files.setPosixFilePermissions(
        passphrase, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    String root = folder.resolve("root.p8").toString();
    control.herald(
        "ca",
        "init",
        "--root-out",
        root,
        "--trust-domain",
        DOMAIN.name(),
        "--passphrase-file",
        passphrase.toString());
    control.herald(
        "ca",
        "sign",
        "--root",
        root,
        "--passphrase-file",
        passphrase.toString(),
        "--out",
        folder.resolve("control").resolve("cacerts").toString());
  }

  private void register(Path own) throws IOException {
    Path state = Files.createDirectories(own.resolve("state"));
    Files.setPosixFilePermissions(
        state, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    try (Store store = SqliteStore.open(state.resolve("herald.db"))) {
      IntStream.range(0, count)
          .forEach(
              i ->
                  store
                      .registrations()
                      .add(new Registration("n" + i, "lab", "w" + i, "simulator", Instant.now())));
    }
  }

  private static String nodeFile() {
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
          control: {listen: "127.0.0.1:0"}
          admin: {listen: "127.0.0.1:0"}
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
        """
        .formatted(DOMAIN.name());
  }

  /** Every node's own snapshot differs with each change. */
  private static void policy(Path own, int change) throws IOException {
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
            .formatted(change));
    Files.move(
        beside, own.resolve("resources").resolve("policy.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static SocketAddress address(LabNode control) {
    String line =
        control
            .said()
            .lines()
            .filter(l -> l.startsWith("listening control "))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(control.said()));
    int colon = line.lastIndexOf(':');
    return SocketAddress.inetSocketAddress(
        Integer.parseInt(line.substring(colon + 1)), "127.0.0.1");
  }

  private void make(Authority authority, SocketAddress address) throws Exception {
    KeyPairGenerator generator = Crypto.preferred().keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    for (int i = 0; i < count; i++) {
      KeyPair keys = generator.generateKeyPair();
      SpiffeId id = SpiffeId.herald(DOMAIN, HeraldRole.NODE, "n" + i);
      HeraldSvid svid =
          new HeraldSvid(
              id,
              keys.getPrivate(),
              authority.sign(keys.getPublic(), id, Duration.ofHours(6), Instant.now()).chain());
      nodes.add(
          new SimulatedNode(
              i,
              svid,
              authority.bundle(),
              address,
              SchemaLevel.NEWEST,
              number -> takenAt.set(number, System.nanoTime())));
    }
  }

  /** Returns when each node took a snapshot after {@code from}, with when the last one did. */
  private long all(String what, long from) {
    Await.until(
        PATIENCE,
        what,
        () ->
            IntStream.range(0, count)
                .allMatch(i -> takenAt.get(i) - from > 0 && takenAt.get(i) != 0));
    return IntStream.range(0, count).mapToLong(takenAt::get).max().orElseThrow();
  }

  /** Milliseconds of processor time of a process. */
  private static long cpu(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + pid, "stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) * MILLIS_PER_TICK;
  }

  /** KiB. */
  private static long resident(LabNode node) throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + node.pid(), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
