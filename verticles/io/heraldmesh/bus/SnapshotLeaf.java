package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What one revision says of one node, as a leaf of {@link SnapshotTree}: whose snapshot it is,
 * under which revision, and which bytes. Taken out of any of them, the leaf is another.
 *
 * @param node {@code spiffe://<td>/herald/node/<name>}
 * @param digest of the snapshot, see {@link SnapshotCodec#digest}
 */
record SnapshotLeaf(SpiffeId node, Revision revision, ByteString digest) {
  private static final byte[] CONTEXT =
      "heraldmesh.io snapshot leaf 1\0".getBytes(StandardCharsets.US_ASCII);

  /** SHA-256, after a byte that no inner node of the tree starts with (RFC 9162, 2.1.1). */
  ByteString hash() {
    byte[] name = node.toString().getBytes(StandardCharsets.UTF_8);
    byte[] content = digest.toByteArray();
    ByteBuffer leaf =
        ByteBuffer.allocate(1 + CONTEXT.length + 4 + name.length + 16 + 4 + content.length);
    leaf.put(SnapshotTree.LEAF)
        .put(CONTEXT)
        .putInt(name.length)
        .put(name)
        .putLong(revision.epoch())
        .putLong(revision.number())
        .putInt(content.length)
        .put(content);
    return ByteString.sha256(leaf.array());
  }
}
