package io.heraldmesh.lab;

import static io.heraldmesh.lab.LabRun.SECOND;

import io.heraldmesh.bus.CaService.Subject;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** What somebody with a control node's certificate can send at the sockets of the event bus. */
final class BusRows {
  private static final String VICTIM = "s1";
  private static final int PATIENCE_MILLIS = 2_000;
  private static final int LOOKED_AT_SECONDS = 10;

  /** What the node logs of a snapshot that it puts into force, or that its parts refuse. */
  private static final String IN_FORCE = "snapshot in force revision=";

  private static final String REFUSED = "snapshot refused revision=";

  private final Attacks attacks;
  private final LabMesh mesh;
  private final Forgery forgery = new Forgery(RogueRun.DOMAIN);

  BusRows(Attacks attacks) {
    this.attacks = attacks;
    this.mesh = attacks.mesh;
  }

  private Credential leaf(HeraldRole role, String name) throws Exception {
    return mesh.authority.stolen(SpiffeId.herald(RogueRun.DOMAIN, role, name));
  }

  void all() throws Exception {
    Credential member = leaf(HeraldRole.CONFIG, "c2");
    toAuthority(member);
    toNode(member);
  }

  private void toAuthority(Credential member) throws Exception {
    byte[] honest = forgery.issue(member, new Subject.Caller(), Instant.now());
    long before = attacks.issued();
    send(member, "c1", Forgery.CA, honest);
    long issued = attacks.issued() - before;
    attacks.control(
        "a control node asks on the bus for a certificate of its own",
        "1 more is in the issuance log",
        issued + " issued",
        issued == 1);
    for (Map.Entry<String, byte[]> message : forAuthority(member, honest).entrySet()) {
      long from = System.nanoTime();
      long first = attacks.issued();
      long resident = attacks.resident("c1");
      String seen = send(member, "c1", Forgery.CA, message.getValue());
      long more = attacks.issued() - first;
      long grown = attacks.resident("c1") - resident;
      attacks.row(
          "on the bus: " + message.getKey(),
          "no effect; 0 certificates issued; memory grows by at most 64 MiB",
          from,
          "connection " + seen + ", " + more + " issued, " + Attacks.growth(grown),
          more == 0 && grown <= Attacks.MOST_GROWTH);
    }
  }

  private Map<String, byte[]> forAuthority(Credential member, byte[] honest) throws Exception {
    Credential node = leaf(HeraldRole.NODE, "s2");
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put("the same message once more", honest);
    all.put("a control node asks for a workload's certificate", forgery.issue(member, "lab", "s2"));
    all.put(
        "a node's certificate, and the control node's key",
        forgery.issue(new Credential(node.id(), member.key(), node.chain()), "lab", "s2"));
    all.put("bytes that are no message", "{\"csr\":\"\"}".getBytes(StandardCharsets.US_ASCII));
    all.put("8 MiB for the authority", new byte[8 << 20]);
    return all;
  }

  private String send(Credential member, String node, String address, byte[] message)
      throws Exception {
    return attacks.from(
        () ->
            new BusSocket(
                    new Stranger(mesh.hosts.address(node), RogueRun.BUS, PATIENCE_MILLIS), member)
                .send(address, message));
  }

  /** Snapshots reach a node over whichever control node it is attached to. */
  private void toNode(Credential member) throws Exception {
    LabNode victim = mesh.node(VICTIM);
    long before = victim.logged(IN_FORCE);
    mesh.policy.apply("c1", "/rogue", true);
    long more = logged(IN_FORCE, before) - before;
    attacks.control(
        "a change gets into force at " + VICTIM,
        "its log says so",
        more + " more in force",
        more > 0);
    try (ForgedSnapshots forged =
        new ForgedSnapshots(
            SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.NODE, VICTIM),
            victim.inForce(),
            mesh.authority.roots())) {
      for (ForgedSnapshots.Forged snapshot : forged.all(member, leaf(HeraldRole.NODE, "s2"))) {
        refused(member, snapshot);
      }
    }
  }

  private void refused(Credential member, ForgedSnapshots.Forged snapshot) throws Exception {
    LabNode victim = mesh.node(VICTIM);
    long from = System.nanoTime();
    long inForce = victim.logged(IN_FORCE) + victim.logged(REFUSED);
    long answered = victim.logged(snapshot.answer());
    for (String name : LabMesh.CONTROL) {
      send(member, name, ForgedSnapshots.address(VICTIM), snapshot.frame());
    }
    long refused = logged(snapshot.answer(), answered) - answered;
    long more = victim.logged(IN_FORCE) + victim.logged(REFUSED) - inForce;
    attacks.row(
        "on the bus: for " + VICTIM + ", " + snapshot.what(),
        "it reaches the node, which says that it is refused; what was in force stays",
        from,
        "%d times \"%s\", %d more in force".formatted(refused, snapshot.answer(), more),
        refused == 1 && more == 0);
  }

  /**
   * How often the node has logged that, once it is more than {@code before}, or some time later.
   */
  private long logged(String text, long before) {
    long deadline = System.nanoTime() + LOOKED_AT_SECONDS * SECOND;
    long seen = mesh.node(VICTIM).logged(text);
    while (seen <= before && System.nanoTime() < deadline) {
      LockSupport.parkNanos(SECOND / 5);
      seen = mesh.node(VICTIM).logged(text);
    }
    return seen;
  }
}
