package io.heraldmesh.bus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A node's snapshot as bytes: in two parts, what is its own and what all nodes share, or whole.
 * What is shared is encoded and hashed once for all, and either part travels alone when only it
 * changed.
 *
 * @param own see {@link SnapshotCodec}; without a shared part the whole snapshot
 * @param shared what any workload may call; null: the snapshot is whole
 * @param digest names it in acknowledgements, and when a node asks what is new
 */
public record EncodedSnapshot(Part own, @Nullable Part shared, ByteString digest) {
  private static final byte[] CONTEXT =
      "heraldmesh.io snapshot parts 1\0".getBytes(StandardCharsets.US_ASCII);

  /** Bytes with their SHA-256. */
  public record Part(ByteString bytes, ByteString digest) {
    public static Part of(ByteString bytes) {
      return new Part(bytes, SnapshotCodec.digest(bytes));
    }
  }

  /** The digest is that of the bytes. */
  public static EncodedSnapshot whole(ByteString bytes) {
    Part all = Part.of(bytes);
    return new EncodedSnapshot(all, null, all.digest());
  }

  /** The digest is over both parts' digests: neither can be exchanged without the other's word. */
  public static EncodedSnapshot of(Part own, Part shared) {
    ByteBuffer both =
        ByteBuffer.allocate(CONTEXT.length + own.digest().size() + shared.digest().size());
    both.put(CONTEXT).put(own.digest().toByteArray()).put(shared.digest().toByteArray());
    return new EncodedSnapshot(own, shared, ByteString.sha256(both.array()));
  }

  /** What a node needs that has {@code held}: all of it, or the part that is another. */
  public SnapshotContent over(@Nullable EncodedSnapshot held) {
    Part common = shared;
    if (common == null) {
      return new SnapshotContent.Whole(own.bytes());
    }
    Part before = held == null ? null : held.shared;
    if (held == null || before == null) {
      return new SnapshotContent.Parts(own.bytes(), common.bytes());
    }
    boolean sameOwn = own.digest().equals(held.own.digest());
    boolean sameShared = common.digest().equals(before.digest());
    return new SnapshotContent.Parts(
        sameOwn ? null : own.bytes(), sameShared ? null : common.bytes());
  }
}
