package io.heraldmesh.lab;

import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.bus.MessageCodec;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Protocol;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Who gets a link to a control node, and messages that a node gone bad can send over its own. */
final class EnvelopeRows {
  private static final String THIEF = "thief";
  private static final int FLIPS = 200;
  private static final int REPLAYS = 20;
  private static final String LET_IN = "let in";
  private static final String ENDED = "stream ended: ";

  private static final String REPLAY_EXPECTED =
      "refused by every control node, also by those that have not seen it; 0 certificates issued";
  private static final int FLOOD = 20_000;
  private static final List<String> REFUSALS =
      List.of(
          BusFailure.NOT_REGISTERED.name(),
          BusFailure.UNAUTHENTICATED.name(),
          BusFailure.FORBIDDEN.name(),
          BusFailure.REPLAYED.name(),
          BusFailure.EXPIRED.name(),
          BusFailure.MALFORMED.name(),
          BusFailure.UNKNOWN_TYPE.name(),
          BusFailure.TOO_LARGE.name());

  /** Replayed; or looked at too late, or not at all. */
  private static final List<String> FLOODED =
      List.of(
          BusFailure.REPLAYED.name(),
          BusFailure.EXPIRED.name(),
          BusFailure.OVERLOADED.name(),
          BusFailure.UNREACHABLE.name());

  private final Attacks attacks;
  private final Forgery forgery = new Forgery(RogueRun.DOMAIN);

  EnvelopeRows(Attacks attacks) {
    this.attacks = attacks;
  }

  private Credential leaf(HeraldRole role, String name) throws Exception {
    return attacks.mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, role, name));
  }

  /** A message and where it is sent. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Sent(String address, byte[] envelope) {}

  /** A node that joined as it should, for a workload of its own, and wants more than that. */
  void link() throws Exception {
    attacks.mesh.authority.enrol(THIEF, attacks.mesh.folder(THIEF));
    Credential thief = leaf(HeraldRole.NODE, THIEF);
    try {
      byte[] honest = forgery.issue(thief, "lab", THIEF);
      long before = attacks.issued();
      String own = attacks.from(() -> ask(thief, List.of(new Sent(Forgery.CA, honest)))).getFirst();
      long issued = attacks.issued() - before;
      attacks.control(
          "a node asks for its own workload's certificate",
          "answered, and 1 more is in the issuance log",
          own + ", " + issued + " issued",
          own.equals(StolenLink.ANSWERED) && issued == 1);
      for (Map.Entry<String, Sent> message : byNode(thief).entrySet()) {
        refused(thief, message.getKey(), List.of(message.getValue()));
      }
      attached();
      replayed(thief, honest);
      refused(thief, FLIPS + " messages, each with one bit changed", flipped(thief));
      flood(thief, honest);
    } finally {
      attacks
          .mesh
          .node("c1")
          .herald("delete", "node", THIEF, "--config", attacks.mesh.node("c1").file().toString());
    }
  }

  /** Only nodes have links, whoever else has a certificate of the mesh. */
  private void attached() throws Exception {
    Map<String, Credential> leaves = new LinkedHashMap<>();
    leaves.put("an operator's certificate", leaf(HeraldRole.OPERATOR, "ann"));
    leaves.put("a control node's certificate", leaf(HeraldRole.CONFIG, "c2"));
    String own = attacks.from(() -> attach(leaf(HeraldRole.NODE, THIEF)));
    attacks.control("a node's certificate attaches", "is let in", own, own.equals(LET_IN));
    for (Map.Entry<String, Credential> leaf : leaves.entrySet()) {
      long from = System.nanoTime();
      String seen = attacks.from(() -> attach(leaf.getValue()));
      attacks.row(
          leaf.getKey() + " attaches",
          "is not let in",
          from,
          seen,
          seen.equals(ENDED + GrpcStatus.PERMISSION_DENIED.name()));
    }
    Credential workload =
        attacks.mesh.authority.stolen(SpiffeId.workload(RogueRun.DOMAIN, "lab", "s1"));
    long from = System.nanoTime();
    String seen = attacks.from(() -> attach(workload));
    attacks.row(
        "a workload's certificate attaches",
        "its connection is closed, as no method here takes it",
        from,
        seen,
        !seen.equals(LET_IN));
  }

  private String attach(Credential leaf) {
    try (StolenLink link =
        new StolenLink(
            leaf,
            attacks.mesh.authority.roots(),
            attacks.mesh.hosts.address("c1"),
            RogueRun.CONTROL)) {
      return link.end().map(end -> ENDED + end).orElse(LET_IN);
    } catch (GeneralSecurityException | AssertionError e) {
      return "broke off: " + e.getMessage();
    }
  }

  private Map<String, Sent> byNode(Credential thief) throws Exception {
    Credential other = leaf(HeraldRole.NODE, "s2");
    Credential ca = leaf(HeraldRole.CA, "c1");
    Instant now = Instant.now();
    Map<String, Sent> all = new LinkedHashMap<>();
    all.put(
        "a node asks for another's workload",
        new Sent(Forgery.CA, forgery.issue(thief, "lab", "s2")));
    all.put(
        "a message that another node signed",
        new Sent(Forgery.CA, forgery.issue(other, "lab", "s2")));
    all.put(
        "a message with another node's certificate and the thief's key",
        new Sent(
            Forgery.CA,
            forgery.issue(new Credential(other.id(), thief.key(), other.chain()), "lab", "s2")));
    all.put(
        "a message with the authority's certificate, over a node's link",
        new Sent(Forgery.CA, forgery.issue(ca, new Subject.Caller(), now)));
    all.put(
        "a message of ten minutes ago",
        new Sent(
            Forgery.CA,
            forgery.issue(
                thief, new Subject.Workload("lab", THIEF), now.minus(Duration.ofMinutes(10)))));
    all.put(
        "a message of the next hour",
        new Sent(
            Forgery.CA,
            forgery.issue(
                thief, new Subject.Workload("lab", THIEF), now.plus(Duration.ofHours(1)))));
    all.put(
        "a message for the authority, sent to the distributor",
        new Sent(Forgery.CONFIG, forgery.issue(thief, "lab", THIEF)));
    all.put(
        "a message at the authority's address for somebody else",
        new Sent(
            Forgery.CA,
            forgery.issue(thief, new Subject.Workload("lab", THIEF), now, HeraldRole.CONFIG)));
    all.put(
        "a question that only admins may ask",
        new Sent(
            Forgery.CONFIG,
            forgery.seal(thief, "config.status", Forgery.CONFIG, HeraldRole.CONFIG, now, empty())));
    all.put(
        "an address that no link reaches",
        new Sent(
            "herald.admin.resources",
            forgery.seal(
                thief,
                "resources.list",
                "herald.admin.resources",
                HeraldRole.ADMIN,
                now,
                empty())));
    all.put(
        "an announcement of another's workload",
        new Sent(
            Forgery.CONFIG,
            forgery.seal(
                thief, "config.announce", Forgery.CONFIG, HeraldRole.CONFIG, now, announcement())));
    all.put(
        "a message of an unknown type",
        new Sent(
            Forgery.CA, forgery.seal(thief, "ca.sign", Forgery.CA, HeraldRole.CA, now, empty())));
    return all;
  }

  private static byte[] empty() {
    return "{}".getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] announcement() {
    return MessageCodec.encode(
        new Announcement(
            1,
            List.of(
                new Announcement.AnnouncedWorkload(
                    "lab",
                    "s2",
                    "s2",
                    Map.of("app", "s2"),
                    List.of(
                        new Announcement.AnnouncedPort(
                            "http",
                            8080,
                            Protocol.HTTP,
                            attacks.mesh.hosts.address(LabMesh.STRANGER),
                            LabMesh.INBOUND)),
                    true))));
  }

  private List<Sent> flipped(Credential thief) throws Exception {
    Random random = new Random(1);
    List<Sent> all = new ArrayList<>();
    for (int i = 0; i < FLIPS; i++) {
      byte[] message = forgery.issue(thief, "lab", THIEF);
      message[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
      all.add(new Sent(Forgery.CA, message));
    }
    return all;
  }

  private void refused(Credential thief, String what, List<Sent> messages) throws Exception {
    long from = System.nanoTime();
    long before = attacks.issued();
    Map<String, Integer> seen = new TreeMap<>();
    for (String answer : attacks.from(() -> ask(thief, messages))) {
      seen.merge(answer, 1, Integer::sum);
    }
    long issued = attacks.issued() - before;
    attacks.row(
        what,
        "refused; 0 certificates issued",
        from,
        seen + ", " + issued + " issued",
        issued == 0 && REFUSALS.containsAll(seen.keySet()) && !seen.isEmpty());
  }

  /**
   * A link takes only what the node at it has signed, and which control node answers is chosen anew
   * each time, so it reaches those too that have not seen it.
   */
  private void replayed(Credential thief, byte[] honest) throws Exception {
    long from = System.nanoTime();
    long before = attacks.issued();
    Map<String, Integer> seen = new TreeMap<>();
    for (String answer :
        attacks.from(
            () -> ask(thief, Collections.nCopies(REPLAYS, new Sent(Forgery.CA, honest))))) {
      seen.merge(answer, 1, Integer::sum);
    }
    long issued = attacks.issued() - before;
    attacks.row(
        "the same message " + REPLAYS + " times more, by the node that signed it",
        REPLAY_EXPECTED,
        from,
        seen + ", " + issued + " issued",
        seen.equals(Map.of(BusFailure.REPLAYED.name(), REPLAYS)) && issued == 0);
  }

  private List<String> ask(Credential thief, List<Sent> messages) throws Exception {
    try (StolenLink link =
        new StolenLink(
            thief,
            attacks.mesh.authority.roots(),
            attacks.mesh.hosts.address("c1"),
            RogueRun.CONTROL)) {
      return messages.stream().map(m -> link.ask(m.address(), m.envelope())).toList();
    }
  }

  /** Nothing is waited for: as fast as they can be written. */
  private void flood(Credential thief, byte[] replayed) throws Exception {
    long from = System.nanoTime();
    long before = attacks.resident("c1");
    long issued = attacks.issued();
    Map<String, Integer> seen =
        attacks.from(
            () -> {
              Map<String, Integer> answers = new TreeMap<>();
              try (StolenLink link =
                  new StolenLink(
                      thief,
                      attacks.mesh.authority.roots(),
                      attacks.mesh.hosts.address("c1"),
                      RogueRun.CONTROL)) {
                List<Long> asked = new ArrayList<>();
                for (int i = 0; i < FLOOD; i++) {
                  asked.add(link.send(Forgery.CA, replayed));
                }
                for (long id : asked) {
                  answers.merge(link.answer(id), 1, Integer::sum);
                }
              }
              return answers;
            });
    long grown = attacks.resident("c1") - before;
    issued = attacks.issued() - issued;
    attacks.row(
        FLOOD + " messages at once over one link, all replayed",
        "each is refused, some as replayed, or the link ends; 0 certificates issued; memory grows by at"
            + " most 64 MiB",
        from,
        seen + ", " + issued + " issued, " + Attacks.growth(grown),
        issued == 0
            && grown <= Attacks.MOST_GROWTH
            && seen.keySet().stream().allMatch(EnvelopeRows::keepsOut)
            && seen.getOrDefault(BusFailure.REPLAYED.name(), 0) > 0
            && seen.values().stream().mapToInt(n -> n).sum() == FLOOD);
  }

  private static boolean keepsOut(String answer) {
    return FLOODED.contains(answer) || answer.startsWith(ENDED);
  }
}
