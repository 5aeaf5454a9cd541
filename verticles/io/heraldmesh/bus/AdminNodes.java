package io.heraldmesh.bus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What travels about nodes and what is in force on them: see {@link AdminService}. */
public final class AdminNodes {
  private AdminNodes() {}

  /**
   * One node.
   *
   * @param inForce true: what it has is what it should have
   * @param wanted revision of the snapshot that it should have; null: it has not been heard of
   *     since the control plane started
   * @param acknowledged revision of the last that it said is in force; null: none yet
   * @param reason why it lags, for people; empty: it does not
   * @param lastSeen null: not since the control plane started
   * @param stale true: it is silent, and its endpoints are called all the same, because a service
   *     has no others
   * @param left when it took its leave, as a node that is stopped does; no change waits for it, and
   *     it asks for what is in force when it comes back; null: it has not, or not to this version
   */
  public record Node(
      String name,
      boolean inForce,
      @Nullable String wanted,
      @Nullable String acknowledged,
      String reason,
      @Nullable Instant lastSeen,
      boolean stale,
      @Nullable Instant left) {}

  /**
   * @param after the last one of the page before; null: from the first
   * @param laggards true: only those on which it is not in force
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record NodesRequest(@Nullable String after, boolean laggards, int most) {}

  /**
   * By name, those that took their leave too.
   *
   * @param total how many nodes there are, without those; 1 for a node, which sees itself only
   * @param inForce on how many of them what should be in force is
   * @param next to go on after; null: this is the end
   */
  public record NodePage(int total, int inForce, List<Node> nodes, @Nullable String next)
      implements Report {
    public NodePage {
      nodes = List.copyOf(nodes);
    }
  }

  /** Asks how all fares. */
  public record StatusRequest() {}

  /**
   * What an operator wants to know first.
   *
   * @param revision the newest that was distributed; null before the first
   * @param stored of the resources in the store
   * @param compiled up to which revision of the store the resources are compiled and distributed;
   *     null: none yet, or there is no store
   * @param notDistributed why newer resources, of the folder or the store, are not on their way;
   *     null: they are, or nobody says so, as a control node of a version before this one
   * @param nodes how many there are, without those that took their leave
   * @param inForce on how many of them what should be in force is
   * @param laggards the others, at most 100
   * @param left nodes that took their leave, at most 100; none from a control node of a version
   *     before this one
   * @param stale nodes that are not heard of and whose endpoints are the last of a service, at most
   *     100
   * @param problems in the resources that are in force, why newer ones are not, and which services
   *     can be called past their nodes; at most 100
   * @param expiring the certificates whose end is nearest, at most 10, soonest first
   * @param overdue how many certificates should have been renewed by now
   * @param expired how many have ended and were not renewed
   */
  public record Status(
      @Nullable String revision,
      String stored,
      @Nullable String compiled,
      @Nullable String notDistributed,
      int nodes,
      int inForce,
      List<Node> laggards,
      @Nullable List<Node> left,
      List<Node> stale,
      List<String> problems,
      int moreProblems,
      List<AdminCertificates.Certificate> expiring,
      int overdue,
      int expired)
      implements Report {
    public Status {
      laggards = List.copyOf(laggards);
      left = left == null ? List.of() : List.copyOf(left);
      stale = List.copyOf(stale);
      problems = List.copyOf(problems);
      expiring = List.copyOf(expiring);
    }

    @Override
    public List<Node> left() {
      return left == null ? List.of() : left;
    }
  }

  /**
   * @param revision as an {@link AdminResources.Outcome.Applied} says it
   * @param withinMillis after which the answer is "not yet", 0 to 3,000
   */
  public record AwaitRequest(String revision, int withinMillis) {}

  /**
   * @param reached true: the change is in force on every node that it concerns; those that took
   *     their leave are not among them
   * @param laggards where it is not, at most 100
   * @param problem why it is not being distributed; null: it is
   */
  public record InForce(
      boolean reached, int nodes, int inForce, List<Node> laggards, @Nullable String problem)
      implements Report {
    public InForce {
      laggards = List.copyOf(laggards);
    }
  }
}
