package io.heraldmesh.bus;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * How a leaf of a {@link SnapshotTree} leads to its root. It holds the hashes beside the way and
 * nothing of what they stand for.
 *
 * @param index of the leaf, from 0
 * @param path from the leaf upwards
 */
public record InclusionProof(int index, List<ByteString> path) {

  /** More than a tree of {@link Integer#MAX_VALUE} leaves has. */
  static final int MOST_STEPS = 32;

  public InclusionProof {
    path = List.copyOf(path);
  }

  /**
   * The root of a tree of {@code size} leaves in which {@code leaf} stands at this index (RFC 9162,
   * 2.1.3.2); empty when such a tree has no proof of this index and length.
   */
  Optional<ByteString> root(ByteString leaf, int size) {
    if (index < 0 || index >= size) {
      return Optional.empty();
    }
    Iterator<ByteString> beside = path.iterator();
    ByteString hash = leaf;
    int at = index;
    for (int last = size - 1; last > 0; last /= 2, at /= 2) {
      boolean left = at % 2 == 0;
      if (left && at == last) {
        continue; // Without a partner it rises as it is.
      }
      if (!beside.hasNext()) {
        return Optional.empty();
      }
      hash =
          left ? SnapshotTree.inner(hash, beside.next()) : SnapshotTree.inner(beside.next(), hash);
    }
    return beside.hasNext() ? Optional.empty() : Optional.of(hash);
  }
}
