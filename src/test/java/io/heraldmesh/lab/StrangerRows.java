package io.heraldmesh.lab;

import com.hazelcast.config.Config;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** What somebody can try who has nothing but the network. */
final class StrangerRows {
  /** As {@code node.Membership} names it. */
  private static final String CLUSTER_NAME = "herald-" + RogueRun.DOMAIN.name();

  private static final int FLOOD = 2_000;

  /** What an address may have open, and what a connection may. */
  private static final int CONNECTIONS = 100;

  private static final int STREAMS = 16;
  private static final Map<String, Integer> PORTS = new LinkedHashMap<>();

  static {
    PORTS.put("c1 Hazelcast", RogueRun.CLUSTER);
    PORTS.put("c1 event bus", RogueRun.BUS);
    PORTS.put("c1 gRPC", RogueRun.CONTROL);
    PORTS.put("s1 inbound", LabMesh.INBOUND);
  }

  private final Attacks attacks;

  StrangerRows(Attacks attacks) {
    this.attacks = attacks;
  }

  /** Knows the cluster's name, and where it is. */
  void member() throws Exception {
    String pair =
        attacks.from(
            () -> {
              HazelcastInstance first =
                  Hazelcast.newHazelcastInstance(plain(LabMesh.STRANGER, 5701));
              try {
                return members(plain(LabMesh.STRANGER, 5701));
              } finally {
                first.getLifecycleService().terminate();
              }
            });
    attacks.control(
        "plain Hazelcast member, against another plain one",
        "they are two",
        pair,
        pair.startsWith("2 "));
    long from = System.nanoTime();
    String seen = attacks.from(() -> members(plain("c1", RogueRun.CLUSTER)));
    attacks.row(
        "plain Hazelcast member with the cluster's name",
        "joins nobody",
        from,
        seen,
        seen.startsWith("1 ") || seen.startsWith("does not start"));
  }

  private Config plain(String target, int port) {
    Config config = new Config();
    config.setClusterName(CLUSTER_NAME);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "none");
    config.setProperty("hazelcast.max.join.seconds", "20");
    config.getNetworkConfig().getInterfaces().setEnabled(true);
    config
        .getNetworkConfig()
        .getInterfaces()
        .addInterface(attacks.mesh.hosts.address(LabMesh.STRANGER));
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    TcpIpConfig join = config.getNetworkConfig().getJoin().getTcpIpConfig();
    join.setEnabled(true).addMember(attacks.mesh.hosts.address(target) + ":" + port);
    return config;
  }

  private static String members(Config config) {
    HazelcastInstance instance;
    try {
      instance = Hazelcast.newHazelcastInstance(config);
    } catch (IllegalStateException e) {
      return "does not start: " + e.getMessage();
    }
    try {
      return instance.getCluster().getMembers().size() + " in its cluster";
    } finally {
      instance.getLifecycleService().terminate();
    }
  }

  /** Random bytes, headers that promise more than anybody has, other protocols. */
  void garbage() throws Exception {
    try (ServerSocket patient = attacks.from(() -> new ServerSocket(0))) {
      String seen =
          attacks.from(
              () -> new Stranger("127.0.0.1", patient.getLocalPort(), 2_000).say(new byte[10]));
      attacks.control(
          "garbage at a port that never closes", "is told", seen, seen.equals(Stranger.OPEN));
    }
    for (Map.Entry<String, Integer> port : PORTS.entrySet()) {
      garbage(port.getKey(), port.getValue());
    }
  }

  private void garbage(String name, int port) throws Exception {
    String node = name.substring(0, 2);
    long from = System.nanoTime();
    long before = attacks.resident(node);
    Map<String, Integer> seen = new TreeMap<>();
    List<Thread> all = new ArrayList<>();
    for (byte[] word : words(port)) {
      all.add(
          InHost.start(
              attacks.mesh.hosts.file(LabMesh.STRANGER),
              "rogue",
              () -> {
                String what = attacks.at(node, port).say(word);
                synchronized (seen) {
                  seen.merge(what, 1, Integer::sum);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    long grown = attacks.resident(node) - before;
    attacks.row(
        "garbage, huge lengths, other protocols at " + name + " (" + port + ")",
        "all "
            + all.size()
            + " connections closed within "
            + Attacks.PATIENCE_MILLIS / 1000
            + " s; memory grows by at most 64 MiB",
        from,
        seen + ", " + Attacks.growth(grown),
        seen.equals(Map.of(Stranger.CLOSED, all.size())) && grown <= Attacks.MOST_GROWTH);
  }

  private static List<byte[]> words(int seed) {
    Random random = new Random(seed);
    List<byte[]> words = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[1 + random.nextInt(64 << 10)];
      random.nextBytes(bytes);
      words.add(bytes);
    }
    for (String record : Set.of("160301ffff", "16030140000100400000", "7fffffff", "ffffffff")) {
      words.add(HexFormat.of().parseHex(record));
    }
    for (String text :
        List.of(
            "HZC",
            "CB2",
            "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
      words.add(text.getBytes(StandardCharsets.US_ASCII));
    }
    return words;
  }

  /** Many connections that say nothing. */
  void silence() throws Exception {
    silence("c1", RogueRun.CLUSTER);
    silence("c1", RogueRun.BUS);
    silence("c1", RogueRun.CONTROL);
    silence("s1", LabMesh.INBOUND);
    unended("/herald.enrol.v1.Enrolment/Enrol");
    unended("/herald.enrol.v1.Enrolment/Roots");
  }

  /** Calls whose lengths are permitted, and that do not end. */
  private void unended(String path) throws Exception {
    long from = System.nanoTime();
    long before = attacks.resident("c1");
    Silence seen =
        attacks.from(
            () -> {
              try (UnendedCalls calls =
                  new UnendedCalls(attacks.mesh.hosts.address("c1"), RogueRun.CONTROL)) {
                calls.begin(path, CONNECTIONS, STREAMS);
                long deadline = System.nanoTime() + Attacks.PATIENCE_MILLIS * 1_000_000L;
                long most = 0;
                while (System.nanoTime() < deadline
                    && (calls.opened() < CONNECTIONS || calls.closed() < calls.opened())) {
                  most = Math.max(most, attacks.resident("c1") - before);
                  LabRun.pass(1);
                }
                return new Silence(calls.opened(), calls.closed(), most);
              }
            });
    attacks.row(
        "%d connections with %d calls each to %s, of 128 KiB, that do not end"
            .formatted(CONNECTIONS, STREAMS, path),
        "all closed within %d s; memory grows by at most 64 MiB"
            .formatted(Attacks.PATIENCE_MILLIS / 1000),
        from,
        "%d opened, %d closed, %s"
            .formatted(seen.opened(), seen.closed(), Attacks.growth(seen.grown())),
        seen.opened() == CONNECTIONS
            && seen.closed() == CONNECTIONS
            && seen.grown() <= Attacks.MOST_GROWTH);
  }

  private void silence(String node, int port) throws Exception {
    long from = System.nanoTime();
    long before = attacks.resident(node);
    Silence seen = attacks.from(() -> silent(node, port, before));
    attacks.row(
        FLOOD + " silent connections at " + node + ":" + port,
        "all closed within %d s; memory grows by at most 64 MiB"
            .formatted(Attacks.PATIENCE_MILLIS / 1000),
        from,
        "%d opened, %d closed, %s"
            .formatted(seen.opened(), seen.closed(), Attacks.growth(seen.grown())),
        seen.opened() == FLOOD && seen.closed() == FLOOD && seen.grown() <= Attacks.MOST_GROWTH);
  }

  /**
   * @param grown with them open, in KiB
   */
  private record Silence(int opened, int closed, long grown) {}

  private Silence silent(String node, int port, long before) throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < FLOOD; i++) {
        try {
          open.add(attacks.at(node, port).connect());
        } catch (IOException e) {
          // not opened
        }
      }
      long grown = attacks.resident(node) - before;
      long deadline = System.nanoTime() + Attacks.PATIENCE_MILLIS * 1_000_000L;
      int closed = 0;
      for (Socket socket : open) {
        closed += Stranger.closes(socket, deadline) ? 1 : 0;
      }
      return new Silence(open.size(), closed, grown);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
