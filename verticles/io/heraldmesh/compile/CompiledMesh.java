package io.heraldmesh.compile;

import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.CallerDestinations;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.problem.Problems;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@link MeshCompiler} made of the resources. The same input gives equal values, in the same
 * order, in every process.
 *
 * @param workloads policies of each node's workloads, by node name
 * @param destinations what any workload may call
 * @param special where single workloads call otherwise, by node name
 * @param registryOnly captured calls may lead to {@code destinations} only
 * @param stale nodes that are not heard of, and whose endpoints are those of a service all the
 *     same, because it has no other
 * @param levels in which level each word of a snapshot came
 * @param keySources where keys of tokens come from that any rule names, whether it selects a
 *     workload now or not, and how long a fetch may take
 * @param problems what resources say about each other; the compiled form is usable all the same
 */
public record CompiledMesh(
    Map<String, List<WorkloadPolicy>> workloads,
    List<Destination> destinations,
    Map<String, List<CallerDestinations>> special,
    boolean registryOnly,
    Set<String> stale,
    LevelTable levels,
    Map<KeySource, Duration> keySources,
    Problems problems) {

  public CompiledMesh {
    workloads = Map.copyOf(workloads);
    destinations = List.copyOf(destinations);
    special = Map.copyOf(special);
    keySources = Map.copyOf(keySources);
    stale = Collections.unmodifiableSortedSet(new TreeSet<>(stale));
  }

  /**
   * The same, with {@code before}'s own objects for what is equal there: comparing snapshots of
   * both then ends at once where nothing changed, and what all nodes share is held once.
   */
  public CompiledMesh like(CompiledMesh before) {
    return new CompiledMesh(
        workloads,
        destinations.equals(before.destinations) ? before.destinations : destinations,
        special,
        registryOnly,
        stale,
        levels,
        keySources,
        problems);
  }

  /** What one node needs; a node that announced nothing gets the destinations alone. */
  public NodeSnapshot node(String name) {
    return new NodeSnapshot(
        name,
        workloads.getOrDefault(name, List.of()),
        destinations,
        special.getOrDefault(name, List.of()),
        registryOnly);
  }

  /**
   * A snapshot in the words of some schema level.
   *
   * @param level the lowest that knows all words of {@code snapshot}
   */
  public record Levelled(NodeSnapshot snapshot, int level) {}

  /** What is one node's own: all that it needs but what any workload may call. */
  public NodeSnapshot own(String name) {
    return new NodeSnapshot(
        name,
        workloads.getOrDefault(name, List.of()),
        List.of(),
        special.getOrDefault(name, List.of()),
        registryOnly);
  }

  /**
   * What one node needs, in words that it knows where those say the same; where they do not, in
   * newer ones, which the node refuses as a whole.
   *
   * @param known the level that the node knows
   */
  public Levelled node(String name, int known) {
    return said(node(name), known);
  }

  /** The same of {@link #own}. */
  public Levelled own(String name, int known) {
    return said(own(name), known);
  }

  /** The same of what any workload may call, as a snapshot of no node. */
  public Levelled shared(int known) {
    return said(new NodeSnapshot("", List.of(), destinations), known);
  }

  private Levelled said(NodeSnapshot compiled, int known) {
    NodeSnapshot snapshot = compiled;
    if (levels.needed(snapshot) > known) {
      snapshot = new OlderWords(levels, known).of(snapshot);
    }
    return new Levelled(snapshot, levels.needed(snapshot));
  }
}
