package io.heraldmesh.lab;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Strangers and members gone bad against a mesh that works, one row each. An attack may have no
 * effect: no request of the load fails, nobody joins, nothing is answered that should not be, the
 * memory of what is attacked stays bounded, and a change still gets into force. Ends with 1 when a
 * row falls short.
 */
final class RogueRun {
  private static final TrustDomain DOMAIN = new TrustDomain(LabMesh.DOMAIN);
  private static final int CLUSTER = 5701;
  private static final int BUS = 5702;
  private static final int CONTROL = 15012;
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int FLOOD = 2_000;

  /** More than it had, in KiB. */
  private static final long MOST_GROWTH = 64 << 10;

  private final LabMesh mesh;
  private final LabLoad load;
  private final FaultTable table;

  private RogueRun(LabMesh mesh, LabLoad load, FaultTable table) {
    this.mesh = mesh;
    this.load = load;
    this.table = table;
  }

  public static void main(String... arguments) throws Exception {
    FaultTable table = new FaultTable(Path.of(arguments[0]));
    try (LabMesh mesh = new LabMesh(Files.createTempDirectory("herald-rogue"))) {
      mesh.start();
      try (LabLoad load = mesh.load()) {
        RogueRun run = new RogueRun(mesh, load, table);
        run.member();
        for (Map.Entry<String, Integer> port : run.ports().entrySet()) {
          run.garbage(port.getKey(), port.getValue());
        }
        run.certificates();
        run.flood("c1", CLUSTER);
        run.flood("c1", BUS);
        run.flood("c1", CONTROL);
        run.flood("s1", LabMesh.INBOUND);
        run.still();
      }
    }
    System.exit(table.held() ? 0 : 1);
  }

  private Map<String, Integer> ports() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("c1 Hazelcast", CLUSTER);
    ports.put("c1 event bus", BUS);
    ports.put("c1 gRPC", CONTROL);
    ports.put("s1 inbound", LabMesh.INBOUND);
    return ports;
  }

  private interface Attack {
    String run() throws Exception;
  }

  /** Runs it from the stranger's host. */
  private String from(Attack attack) throws InterruptedException {
    AtomicReference<String> result = new AtomicReference<>("did not end");
    InHost.start(
            mesh.hosts.file(LabMesh.STRANGER),
            "rogue",
            () -> {
              try {
                result.set(attack.run());
              } catch (Exception e) {
                result.set("broke off: " + e);
              }
            })
        .join();
    return result.get();
  }

  private void member() throws Exception {
    long from = System.nanoTime();
    String seen =
        from(
            () -> {
              Config config = new Config();
              config.setClusterName("herald");
              config.setProperty("hazelcast.phone.home.enabled", "false");
              config.setProperty("hazelcast.max.join.seconds", "20");
              config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
              config
                  .getNetworkConfig()
                  .getJoin()
                  .getTcpIpConfig()
                  .setEnabled(true)
                  .addMember(mesh.hosts.address("c1") + ":" + CLUSTER);
              HazelcastInstance instance = Hazelcast.newHazelcastInstance(config);
              try {
                return instance.getCluster().getMembers().size() + " member in its cluster";
              } finally {
                instance.getLifecycleService().terminate();
              }
            });
    boolean alone = seen.startsWith("1 member") || seen.contains("Node failed to start");
    row("plain Hazelcast member with the cluster's name", "joins nobody", from, seen, alone);
  }

  private void garbage(String name, int port) throws Exception {
    String address = mesh.hosts.address(name.substring(0, 2));
    long from = System.nanoTime();
    Map<String, Integer> seen = new TreeMap<>();
    Random random = new Random(port);
    List<byte[]> words = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[1 + random.nextInt(64 << 10)];
      random.nextBytes(bytes);
      words.add(bytes);
    }
    words.add(HexFormat.of().parseHex("160301ffff"));
    words.add(HexFormat.of().parseHex("16030140000100400000"));
    words.add(HexFormat.of().parseHex("7fffffff"));
    words.add("HZC".getBytes(StandardCharsets.US_ASCII));
    words.add("CB2".getBytes(StandardCharsets.US_ASCII));
    words.add("GET / HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    words.add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    String broke =
        from(
            () -> {
              for (byte[] bytes : words) {
                String what = new Stranger(address, port, PATIENCE_MILLIS).say(bytes);
                seen.merge(what, 1, Integer::sum);
              }
              return "";
            });
    row(
        "garbage, huge lengths, other protocols at " + name + " (" + port + ")",
        "every connection closed within 30 s",
        from,
        seen + broke,
        broke.isEmpty() && seen.keySet().equals(java.util.Set.of(Stranger.CLOSED)));
  }

  /** What the authority would never issue to these, at every port where it could help. */
  private void certificates() throws Exception {
    Map<String, Credential> leaves = new LinkedHashMap<>();
    leaves.put("no certificate", null);
    leaves.put("a workload's", mesh.stolen(SpiffeId.workload(DOMAIN, "lab", "s1")));
    leaves.put("a node's", mesh.stolen(SpiffeId.herald(DOMAIN, HeraldRole.NODE, "s1")));
    leaves.put(
        "a member's that nobody named",
        mesh.stolen(SpiffeId.herald(DOMAIN, HeraldRole.CONFIG, "c9")));
    for (Map.Entry<String, Credential> leaf : leaves.entrySet()) {
      for (int port : List.of(CLUSTER, BUS)) {
        long from = System.nanoTime();
        String seen =
            from(
                () ->
                    new Stranger(mesh.hosts.address("c1"), port, PATIENCE_MILLIS)
                        .sayInTls(leaf.getValue(), "HZC".getBytes(StandardCharsets.US_ASCII)));
        row(
            leaf.getKey() + " certificate at " + (port == CLUSTER ? "Hazelcast" : "the event bus"),
            "refused in the handshake, or closed without a word",
            from,
            seen,
            seen.startsWith("refused") || seen.equals(Stranger.CLOSED));
      }
    }
    long from = System.nanoTime();
    Credential node = leaves.get("a node's");
    String seen =
        from(
            () ->
                new Stranger(mesh.hosts.address("s1"), LabMesh.INBOUND, PATIENCE_MILLIS)
                    .sayInTls(
                        node,
                        "GET /open HTTP/1.1\r\nhost: s1.lab\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII)));
    row(
        "a node's certificate used as a workload's",
        "refused",
        from,
        seen,
        seen.startsWith("refused") || seen.equals(Stranger.CLOSED));
  }

  /** Connections that say nothing. */
  private void flood(String node, int port) throws Exception {
    long from = System.nanoTime();
    long before = resident(node);
    String seen =
        from(
            () -> {
              List<Socket> open = new ArrayList<>();
              int refused = 0;
              try {
                for (int i = 0; i < FLOOD; i++) {
                  try {
                    open.add(new Stranger(mesh.hosts.address(node), port, 5_000).connect());
                  } catch (IOException e) {
                    refused++;
                  }
                }
                return "%d opened, %d not".formatted(open.size(), refused);
              } finally {
                for (Socket socket : open) {
                  socket.close();
                }
              }
            });
    long grown = resident(node) - before;
    row(
        FLOOD + " silent connections at " + node + ":" + port,
        "memory grows by at most 64 MiB",
        from,
        seen + ", RSS " + (grown >= 0 ? "+" : "") + grown / 1024 + " MiB",
        grown <= MOST_GROWTH && seen.contains("opened"));
  }

  private long resident(String node) throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + mesh.node(node).pid(), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private void still() throws Exception {
    long from = System.nanoTime();
    long millis = mesh.apply("c1", "/after", true);
    row(
        "a change after all of it",
        "in force on every node",
        from,
        millis + " ms, with the start of the command",
        true);
  }

  private void row(String attack, String expected, long from, String seen, boolean held)
      throws IOException {
    List<Sample> samples = load.since(from);
    long failed = LabLoad.failed(samples);
    table.row(
        attack,
        expected + "; 0 requests failed",
        "%s; %d requests, %d failed".formatted(seen, samples.size(), failed),
        held && failed == 0);
  }
}
