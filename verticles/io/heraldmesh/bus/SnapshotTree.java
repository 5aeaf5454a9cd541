package io.heraldmesh.bus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The hash tree over the leaves of one revision: the Merkle tree of RFC 9162, section 2.1. Leaves
 * and inner nodes start with different bytes, and no leaf is counted twice to fill a level up, so
 * one root stands for one list of leaves. Immutable; all levels are kept, at 64 bytes a leaf.
 */
final class SnapshotTree {
  static final byte LEAF = 0;
  private static final byte INNER = 1;

  /** From the leaves to the root; a last one without a partner rises as it is. */
  private final List<List<ByteString>> levels;

  private SnapshotTree(List<List<ByteString>> levels) {
    this.levels = levels;
  }

  /**
   * @param leaves hashes of leaves, at least one
   */
  static SnapshotTree of(List<ByteString> leaves) {
    if (leaves.isEmpty()) {
      throw new IllegalArgumentException("a tree has at least one leaf");
    }
    List<List<ByteString>> levels = new ArrayList<>();
    List<ByteString> level = List.copyOf(leaves);
    levels.add(level);
    while (level.size() > 1) {
      level = above(level);
      levels.add(level);
    }
    return new SnapshotTree(List.copyOf(levels));
  }

  private static List<ByteString> above(List<ByteString> level) {
    List<ByteString> above = new ArrayList<>((level.size() + 1) / 2);
    for (int i = 0; i + 1 < level.size(); i += 2) {
      above.add(inner(level.get(i), level.get(i + 1)));
    }
    if (level.size() % 2 == 1) {
      above.add(level.getLast());
    }
    return List.copyOf(above);
  }

  static ByteString inner(ByteString left, ByteString right) {
    ByteBuffer both = ByteBuffer.allocate(1 + left.size() + right.size());
    both.put(INNER).put(left.toByteArray()).put(right.toByteArray());
    return ByteString.sha256(both.array());
  }

  ByteString root() {
    return levels.getLast().getFirst();
  }

  int size() {
    return levels.getFirst().size();
  }

  /** That the leaf at {@code index} is one of the tree. */
  InclusionProof proof(int index) {
    List<ByteString> path = new ArrayList<>();
    int at = index;
    for (List<ByteString> level : levels.subList(0, levels.size() - 1)) {
      int partner = at ^ 1;
      if (partner < level.size()) {
        path.add(level.get(partner));
      }
      at /= 2;
    }
    return new InclusionProof(index, path);
  }
}
