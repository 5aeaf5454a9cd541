package io.heraldmesh.distributor;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.compile.CompiledMesh;
import io.heraldmesh.policy.NodeSnapshot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nodes' snapshots as bytes. Most changes alter few snapshots; for the others what was made the
 * time before is taken, without finding its level and its bytes again. One run at a time.
 */
final class EncodedSnapshots {
  private Map<String, Encoded> last = Map.of();
  private @Nullable CompiledMesh mesh;

  /**
   * @param snapshot before anything was said in older words
   * @param known the level that the node knows
   */
  record Encoded(NodeSnapshot snapshot, int known, NodeSnapshot said, ByteString bytes) {}

  /**
   * @param levels that nodes know, by name
   */
  Map<String, Encoded> encode(CompiledMesh compiled, Map<String, Integer> levels) {
    CompiledMesh now = mesh == null ? compiled : compiled.like(mesh);
    Map<String, Encoded> all = HashMap.newHashMap(levels.size());
    levels.forEach((name, level) -> all.put(name, encode(now, name, level)));
    mesh = now;
    last = all;
    return all;
  }

  private Encoded encode(CompiledMesh now, String name, int level) {
    NodeSnapshot snapshot = now.node(name);
    Encoded before = last.get(name);
    if (before != null && before.known() == level && before.snapshot().equals(snapshot)) {
      return before;
    }
    CompiledMesh.Levelled made = now.node(name, level);
    ByteString bytes = SnapshotCodec.encode(made.snapshot(), made.level());
    return new Encoded(snapshot, level, made.snapshot(), bytes);
  }
}
