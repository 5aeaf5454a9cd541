package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCertificates.State;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminNodes.Node;
import io.heraldmesh.bus.AdminNodes.NodePage;
import io.heraldmesh.bus.AdminNodes.Status;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.TimeText;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is in force where, with why not where it is not. A node that something is registered for
 * counts also while it has not been heard of: it may serve under old policy. One that took its
 * leave does not: it is stopped, and asks for what is in force when it comes back. Blocks.
 *
 * @param lastHere the newest revision that was accepted at this control node
 */
record NodeViews(MeshView mesh, Store store, Supplier<Revision> lastHere) {
  private static final int MOST_LAGGARDS = 100;
  private static final String UNHEARD =
      "not heard of since this control plane started; start it, or revoke its registration";
  private static final String ASKS = "; it asks for what is in force when it comes back";
  private static final int MOST_PROBLEMS = 100;
  private static final int MOST_EXPIRING = 10;
  private static final long LOOK_EVERY_MILLIS = 100;

  /**
   * @param only see no other; null: all
   */
  NodePage page(@Nullable String only, @Nullable String after, boolean laggards, int most)
      throws InterruptedException, BusException {
    List<Node> all = nodes(status(), only);
    List<Node> chosen =
        all.stream()
            .filter(node -> !laggards || lags(node))
            .filter(node -> after == null || node.name().compareTo(after) > 0)
            .limit(most + 1L)
            .toList();
    boolean more = chosen.size() > most;
    List<Node> page = more ? chosen.subList(0, most) : chosen;
    return new NodePage(counted(all), inForce(all), page, more ? page.getLast().name() : null);
  }

  Status summary(CertificatesInUse.View certificates) throws InterruptedException, BusException {
    MeshStatus status = status();
    List<Node> all = nodes(status, null);
    List<String> problems = new ArrayList<>(status.problems());
    String problem = mesh.problem();
    if (!problem.isEmpty()) {
      problems.addFirst(problem);
    }
    Revision newest = store.resources().newest();
    Revision here = lastHere.get();
    return new Status(
        status.revision() == null ? null : status.revision().toString(),
        Acceptance.text(here.compareTo(newest) > 0 ? here : newest),
        status.stored(),
        problem.isEmpty() ? null : problem,
        counted(all),
        inForce(all),
        laggards(all),
        all.stream().filter(node -> node.left() != null).limit(MOST_LAGGARDS).toList(),
        all.stream().filter(Node::stale).limit(MOST_LAGGARDS).toList(),
        problems.stream().limit(MOST_PROBLEMS).toList(),
        Math.max(0, problems.size() - MOST_PROBLEMS),
        certificates.expiring(MOST_EXPIRING),
        certificates.count(State.OVERDUE),
        certificates.count(State.EXPIRED) + certificates.count(State.MISSING));
  }

  /** Looks again and again until it is reached, or the time is over. */
  InForce await(Revision wanted, int withinMillis) throws InterruptedException, BusException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
    while (true) {
      MeshStatus status = status();
      boolean sent = isSent(status, wanted);
      List<Node> all = nodes(status, null);
      List<Node> laggards = laggards(all);
      if (sent && laggards.isEmpty() || System.nanoTime() - end >= 0) {
        return new InForce(
            sent && laggards.isEmpty(),
            counted(all),
            inForce(all),
            laggards,
            sent ? null : notSent(status.stored()));
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
  }

  private static boolean isSent(MeshStatus status, Revision wanted) {
    String stored = status.stored();
    try {
      return stored != null && Bounds.version(stored).compareTo(wanted) >= 0;
    } catch (Bounds.Exceeded e) {
      throw new IllegalStateException("the distributor says " + stored, e);
    }
  }

  private String notSent(@Nullable String compiled) {
    String problem = mesh.problem();
    return problem.isEmpty()
        ? "the resources are being compiled"
            + (compiled == null ? "" : "; those of " + compiled + " are")
        : problem;
  }

  private List<Node> nodes(MeshStatus status, @Nullable String only) {
    Map<String, Node> nodes = new TreeMap<>();
    for (Registration registration :
        only == null ? store.registrations().all() : store.registrations().of(only)) {
      nodes.put(registration.node(), absent(registration.node()));
    }
    status.left().forEach(one -> nodes.computeIfPresent(one.name(), (name, absent) -> left(one)));
    status.nodes().forEach(node -> nodes.put(node.name(), shown(node)));
    return nodes.values().stream()
        .filter(node -> only == null || only.equals(node.name()))
        .toList();
  }

  private static Node absent(String name) {
    return new Node(name, false, null, null, UNHEARD, null, false, null);
  }

  private static Node left(Left node) {
    return new Node(
        node.name(),
        false,
        null,
        null,
        "took its leave at " + TimeText.of(node.at()) + ASKS,
        node.at(),
        false,
        node.at());
  }

  private static Node shown(NodeStatus node) {
    return new Node(
        node.name(),
        node.inForce(),
        node.wanted().toString(),
        node.acknowledged() == null ? null : node.acknowledged().toString(),
        node.inForce() ? "" : reason(node),
        node.lastSeen(),
        node.stale(),
        null);
  }

  private static String reason(NodeStatus node) {
    if (node.refusal() != null) {
      return "refused " + node.wanted() + ": " + node.refusal();
    }
    String has =
        node.acknowledged() == null
            ? "has not said that " + node.wanted() + " is in force"
            : "has " + node.acknowledged() + ", should have " + node.wanted();
    Instant lastSeen = node.lastSeen();
    if (lastSeen == null) {
      return UNHEARD;
    }
    return node.silent() ? "silent since " + TimeText.of(lastSeen) + "; " + has : has;
  }

  private static boolean lags(Node node) {
    return !node.inForce() && node.left() == null;
  }

  private static int counted(List<Node> nodes) {
    return (int) nodes.stream().filter(node -> node.left() == null).count();
  }

  private static int inForce(List<Node> nodes) {
    return (int) nodes.stream().filter(Node::inForce).count();
  }

  private static List<Node> laggards(List<Node> nodes) {
    return nodes.stream().filter(NodeViews::lags).limit(MOST_LAGGARDS).toList();
  }

  private MeshStatus status() throws InterruptedException, BusException {
    return new MeshAnswers(mesh).status();
  }
}
