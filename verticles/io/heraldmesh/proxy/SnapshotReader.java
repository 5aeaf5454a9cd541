package io.heraldmesh.proxy;

import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.policy.NodeSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots of one node from their bytes. A part that is the one of the time before is not read
 * again. For one thread after the other.
 */
final class SnapshotReader {
  private final String node;
  private final int schemaLevel;
  private @Nullable Read last;

  private record Read(EncodedSnapshot encoded, NodeSnapshot own, NodeSnapshot snapshot) {}

  /**
   * @param schemaLevel the newest that the node knows
   */
  SnapshotReader(String node, int schemaLevel) {
    this.node = node;
    this.schemaLevel = schemaLevel;
  }

  /**
   * @throws MalformedMessage when it is not exactly one snapshot for this node, in words that it
   *     knows
   */
  NodeSnapshot read(EncodedSnapshot encoded) throws MalformedMessage {
    Read before = last;
    NodeSnapshot own =
        before != null && before.encoded().own().equals(encoded.own())
            ? before.own()
            : SnapshotCodec.decode(encoded.own().bytes(), schemaLevel);
    if (!own.node().equals(node)) {
      throw new MalformedMessage("the snapshot is for node " + own.node());
    }
    NodeSnapshot snapshot = own;
    Part shared = encoded.shared();
    if (shared != null) {
      if (!own.destinations().isEmpty()) {
        throw new MalformedMessage("the own part holds what is shared");
      }
      snapshot =
          own.calling(
              before != null && shared.equals(before.encoded().shared())
                  ? before.snapshot().destinations()
                  : SnapshotCodec.decodeShared(shared.bytes(), schemaLevel));
    }
    last = new Read(encoded, own, snapshot);
    return snapshot;
  }
}
