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
 * @param problems why the newest resources or announcements are not in force, one sentence each;
 *     empty when all is well
 */
public record MeshStatus(
    @Nullable Revision revision,
    @Nullable String stored,
    List<NodeStatus> nodes,
    List<String> problems)
    implements Report {

  public MeshStatus {
    nodes = List.copyOf(nodes);
    problems = List.copyOf(problems);
  }

  /** How many of {@link #nodes} have in force what they should. */
  public long inForce() {
    return nodes.stream().filter(NodeStatus::inForce).count();
  }

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
