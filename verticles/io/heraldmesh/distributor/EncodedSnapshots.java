package io.heraldmesh.distributor;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.compile.CompiledMesh;
import io.heraldmesh.policy.NodeSnapshot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nodes' snapshots as bytes. What all nodes share is encoded once for each level that nodes know.
 * Most changes alter few of the nodes' own parts; for the others what was made the time before is
 * taken, without finding its level and its bytes again. Nothing is written in a level above {@link
 * SchemaLevel#NEWEST}, whatever nodes say that they know. One run at a time.
 */
final class EncodedSnapshots {
  private Map<String, Encoded> last = Map.of();
  private Map<Integer, Part> shared = new HashMap<>();
  private @Nullable CompiledMesh mesh;

  /**
   * @param snapshot before anything was said in older words; without what all share, where that is
   *     a part of its own
   * @param known the level that was written for
   */
  record Encoded(NodeSnapshot snapshot, int known, EncodedSnapshot encoded) {}

  /**
   * @param levels that nodes know, by name
   */
  Map<String, Encoded> encode(CompiledMesh compiled, Map<String, Integer> levels) {
    CompiledMesh now = mesh == null ? compiled : compiled.like(mesh);
    if (mesh == null || !now.destinations().equals(mesh.destinations())) {
      shared = new HashMap<>();
    }
    Map<String, Encoded> all = HashMap.newHashMap(levels.size());
    levels.forEach((name, level) -> all.put(name, encode(now, name, level)));
    shared.keySet().removeIf(level -> all.values().stream().noneMatch(e -> e.known() == level));
    mesh = now;
    last = all;
    return all;
  }

  /**
   * @param says that it knows; a newer node than this software knows all that is written here
   */
  private Encoded encode(CompiledMesh now, String name, int says) {
    int level = Math.min(says, SchemaLevel.NEWEST);
    return level < SchemaLevel.PARTS ? whole(now, name, level) : parts(now, name, level);
  }

  private Encoded parts(CompiledMesh now, String name, int level) {
    NodeSnapshot own = now.own(name);
    Part common = shared.computeIfAbsent(level, known -> shared(now, known));
    Encoded before = last.get(name);
    if (before == null || before.known() != level || !before.snapshot().equals(own)) {
      CompiledMesh.Levelled made = now.own(name, level);
      Part part = Part.of(SnapshotCodec.encode(made.snapshot(), made.level()));
      return new Encoded(own, level, EncodedSnapshot.of(part, common));
    }
    return common.equals(before.encoded().shared())
        ? before
        : new Encoded(own, level, EncodedSnapshot.of(before.encoded().own(), common));
  }

  private static Part shared(CompiledMesh now, int level) {
    CompiledMesh.Levelled made = now.shared(level);
    return Part.of(SnapshotCodec.encodeShared(made.snapshot().destinations(), made.level()));
  }

  private Encoded whole(CompiledMesh now, String name, int level) {
    NodeSnapshot snapshot = now.node(name);
    Encoded before = last.get(name);
    if (before != null && before.known() == level && before.snapshot().equals(snapshot)) {
      return before;
    }
    CompiledMesh.Levelled made = now.node(name, level);
    ByteString bytes = SnapshotCodec.encode(made.snapshot(), made.level());
    return new Encoded(snapshot, level, EncodedSnapshot.whole(bytes));
  }
}
