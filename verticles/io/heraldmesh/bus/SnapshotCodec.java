package io.heraldmesh.bus;

import io.heraldmesh.policy.NodeSnapshot;

/** Snapshots to bytes and back; the same snapshot gives the same bytes in every process. */
public final class SnapshotCodec {
  private SnapshotCodec() {}

  public static ByteString encode(NodeSnapshot snapshot) {
    return ByteString.of(MessageCodec.encode(snapshot));
  }

  /**
   * @throws MalformedMessage when {@code bytes} are not exactly one snapshot; says where
   */
  public static NodeSnapshot decode(ByteString bytes) throws MalformedMessage {
    return MessageCodec.decode(bytes.toByteArray(), NodeSnapshot.class);
  }

  /** Names the snapshot in acknowledgements and when a node asks what is new: SHA-256. */
  public static ByteString digest(ByteString bytes) {
    return ByteString.sha256(bytes.toByteArray());
  }
}
