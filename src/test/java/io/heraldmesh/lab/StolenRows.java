package io.heraldmesh.lab;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Certificates of the mesh's own authority in places where they are not meant to be. */
final class StolenRows {
  private static final int STREAMS = 50;

  private final Attacks attacks;

  StolenRows(Attacks attacks) {
    this.attacks = attacks;
  }

  void certificates() throws Exception {
    Credential member =
        attacks.mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.CONFIG, "c2"));
    for (int port : List.of(RogueRun.CLUSTER, RogueRun.BUS)) {
      String seen = half(member, port);
      attacks.control(
          "a member's certificate at " + name(port),
          "is let in, and more is waited for",
          seen,
          seen.equals(Stranger.OPEN));
    }
    Map<String, @Nullable Credential> leaves = new LinkedHashMap<>();
    leaves.put("no certificate", null);
    leaves.put(
        "a workload's certificate",
        attacks.mesh.authority.stolen(SpiffeId.workload(RogueRun.DOMAIN, "lab", "s1")));
    leaves.put(
        "a node's certificate",
        attacks.mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.NODE, "s1")));
    leaves.put(
        "an operator's certificate",
        attacks.mesh.authority.stolen(
            SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.OPERATOR, "ann")));
    leaves.put(
        "the certificate of a control node that nobody named",
        attacks.mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.CONFIG, "c9")));
    for (Map.Entry<String, @Nullable Credential> leaf : leaves.entrySet()) {
      for (int port : List.of(RogueRun.CLUSTER, RogueRun.BUS)) {
        long from = System.nanoTime();
        String seen = half(leaf.getValue(), port);
        attacks.row(
            leaf.getKey() + " at " + name(port),
            "refused in the handshake, or closed without a word",
            from,
            seen,
            isRefused(seen));
      }
    }
    inbound();
  }

  /** The beginning of Hazelcast's protocol, and of a message of the bus: more has to follow. */
  private String half(@Nullable Credential leaf, int port) throws Exception {
    return attacks.from(
        () ->
            new Stranger(attacks.mesh.hosts.address("c1"), port, 5_000)
                .sayInTls(leaf, "HZC".getBytes(StandardCharsets.US_ASCII)));
  }

  private static String name(int port) {
    return port == RogueRun.CLUSTER ? "Hazelcast" : "the event bus";
  }

  private static boolean isRefused(String seen) {
    return seen.startsWith("refused") || seen.equals(Stranger.CLOSED);
  }

  /** Where only workloads may call. */
  private void inbound() throws Exception {
    byte[] request =
        "GET /open HTTP/1.1\r\nhost: s1.lab\r\nconnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    Credential workload =
        attacks.mesh.authority.stolen(SpiffeId.workload(RogueRun.DOMAIN, "lab", "s2"));
    String own =
        attacks.from(() -> attacks.at("s1", LabMesh.INBOUND).answerInTls(workload, request));
    attacks.control(
        "a workload's certificate at a workload", "is answered 200", own, own.contains(" 200 "));
    for (HeraldRole role : List.of(HeraldRole.NODE, HeraldRole.CONFIG)) {
      long from = System.nanoTime();
      Credential leaf = attacks.mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, role, "s1"));
      String seen =
          attacks.from(() -> attacks.at("s1", LabMesh.INBOUND).answerInTls(leaf, request));
      attacks.row(
          "a certificate of the role " + role.word() + " at a workload",
          "refused, nothing is answered",
          from,
          seen,
          isRefused(seen));
    }
  }

  /** A node's certificate, and messages that promise 2 GiB: bytes of them are sent, not all. */
  void lengths() throws Exception {
    Credential node =
        attacks.mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.NODE, "s9"));
    long from = System.nanoTime();
    long before = attacks.resident("c1");
    Map<String, Integer> seen = new LinkedHashMap<>();
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      all.add(
          InHost.start(
              attacks.mesh.hosts.file(LabMesh.STRANGER),
              "rogue",
              () -> {
                String end = attacks.at("c1", RogueRun.CONTROL).sayInTls(node, hugeMessage(), "h2");
                synchronized (seen) {
                  seen.merge(end, 1, Integer::sum);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    long grown = attacks.resident("c1") - before;
    attacks.row(
        STREAMS + " streams with a node's certificate, each with a message that says it has 2 GiB",
        "ended; memory grows by at most 64 MiB",
        from,
        seen + ", " + Attacks.growth(grown),
        grown <= Attacks.MOST_GROWTH && seen.equals(Map.of(Stranger.CLOSED, STREAMS)));
  }

  /** HTTP/2 as RFC 9113 has it, without compression; a gRPC message starts with its length. */
  private static byte[] hugeMessage() throws IOException {
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    for (String[] field :
        List.of(
            new String[] {":method", "POST"},
            new String[] {":scheme", "https"},
            new String[] {":path", "/herald.link.v1.Link/Attach"},
            new String[] {":authority", "c1"},
            new String[] {"te", "trailers"},
            new String[] {"content-type", "application/grpc"})) {
      headers.write(0);
      for (String text : field) {
        headers.write(text.length());
        headers.write(text.getBytes(StandardCharsets.US_ASCII));
      }
    }
    byte[] data = new byte[16_000];
    System.arraycopy(new byte[] {0, 0x7f, -1, -1, -1}, 0, data, 0, 5);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(all, 4, 0, 0, new byte[0]);
    frame(all, 1, 4, 1, headers.toByteArray());
    frame(all, 0, 0, 1, data);
    frame(all, 0, 0, 1, new byte[16_000]);
    frame(all, 0, 0, 1, new byte[16_000]);
    return all.toByteArray();
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.write(
        new byte[] {
          (byte) (payload.length >> 16),
          (byte) (payload.length >> 8),
          (byte) payload.length,
          (byte) type,
          (byte) flags,
          0,
          0,
          0,
          (byte) stream
        });
    out.write(payload);
  }
}
