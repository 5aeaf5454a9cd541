package io.heraldmesh.bus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the configuration got, as of one moment.
 *
 * @param revision the newest; null before the first
 * @param stored up to which revision of the store, {@code epoch.number}, all changes of resources
 *     are compiled and on their way; null: none yet, or there is no store
 * @param nodes in order of their names
 * @param left nodes that took their leave, in order of their names; none from a control node of a
 *     version before this one
 * @param problems why the newest resources or announcements are not in force, and which services
 *     can be called past policy, one sentence each; empty when all is well
 */
public record MeshStatus(
    @Nullable Revision revision,
    @Nullable String stored,
    List<NodeStatus> nodes,
    @Nullable List<Left> left,
    List<String> problems)
    implements Report {

  public MeshStatus {
    nodes = List.copyOf(nodes);
    left = left == null ? List.of() : List.copyOf(left);
    problems = List.copyOf(problems);
  }

  /** Of a mesh that nobody left. */
  public MeshStatus(
      @Nullable Revision revision,
      @Nullable String stored,
      List<NodeStatus> nodes,
      List<String> problems) {
    this(revision, stored, nodes, List.of(), problems);
  }

  @Override
  public List<Left> left() {
    return left == null ? List.of() : left;
  }

  /** How many of {@link #nodes} have in force what they should. */
  public long inForce() {
    return nodes.stream().filter(NodeStatus::inForce).count();
  }

  /**
   * A node that said that nothing of it is to be called any more, as one that is stopped does, and
   * that has not announced itself since. It asks for what is in force when it does.
   */
  public record Left(String name, Instant at) {}

  /**
   * @param wanted the revision of the snapshot that the node should have
   * @param acknowledged the last that it said is in force; null: none yet
   * @param inForce true: what it has is what it should have
   * @param refusal why it refused the wanted one, if it did
   * @param lastSeen when it was last heard of; null: not since this distributor began
   * @param silent true: not heard of for so long that its endpoints no longer count where there are
   *     others
   * @param stale true: silent, but its endpoints count, because a service has no others
   */
  public record NodeStatus(
      String name,
      Revision wanted,
      @Nullable Revision acknowledged,
      boolean inForce,
      @Nullable String refusal,
      @Nullable Instant lastSeen,
      boolean silent,
      boolean stale) {}
}
