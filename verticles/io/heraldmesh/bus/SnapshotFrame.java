package io.heraldmesh.bus;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What travels to a node of one revision: the signed root, the authority's word for its epoch, the
 * way from the node's leaf to it, and the snapshot. Nothing in it is believed before {@link
 * SnapshotProof#verify}.
 *
 * <p>On the wire: the four bytes {@code HLS2}; the signed root with its length (4 bytes) in front;
 * the signed epoch in the same way, or the length 0; the leaf's index (4 bytes), the number of
 * hashes beside the way (1 byte) and the hashes; 1 and the snapshot to the end, or 0 and the end.
 *
 * @param statement a signed {@link RevisionRoot}
 * @param epoch a signed {@link EpochGrant}; null: the authority was not reached, so only nodes that
 *     are in this epoch already will follow
 * @param snapshot see {@link SnapshotCodec}; null: it is the one that the node holds
 */
public record SnapshotFrame(
    ByteString statement,
    @Nullable ByteString epoch,
    InclusionProof proof,
    @Nullable ByteString snapshot) {
  private static final byte[] MAGIC = "HLS2".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH_BYTES = 32;

  public byte[] toBytes() {
    int length = snapshot == null ? 0 : snapshot.size();
    byte[] granted = epoch == null ? new byte[0] : epoch.toByteArray();
    ByteBuffer frame =
        ByteBuffer.allocate(
            MAGIC.length
                + 4
                + statement.size()
                + 4
                + granted.length
                + 5
                + proof.path().size() * HASH_BYTES
                + 1
                + length);
    frame.put(MAGIC).putInt(statement.size()).put(statement.toByteArray());
    frame.putInt(granted.length).put(granted);
    frame.putInt(proof.index()).put((byte) proof.path().size());
    proof.path().forEach(hash -> frame.put(hash.toByteArray()));
    frame.put((byte) (snapshot == null ? 0 : 1));
    if (snapshot != null) {
      frame.put(snapshot.toByteArray());
    }
    return frame.array();
  }

  /**
   * Takes one apart. Allocates no more than it is long.
   *
   * @throws MalformedMessage when it is none, to the last byte
   */
  public static SnapshotFrame parse(byte[] bytes) throws MalformedMessage {
    if (bytes.length > SnapshotPush.MOST_BYTES) {
      throw new MalformedMessage("snapshot of " + bytes.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (!ByteString.of(read(in, MAGIC.length)).equals(ByteString.of(MAGIC))) {
        throw new MalformedMessage("does not start as a snapshot of this version");
      }
      ByteString statement = ByteString.of(read(in, in.getInt()));
      ByteString epoch = ByteString.of(read(in, in.getInt()));
      int index = in.getInt();
      int steps = in.get();
      if (steps < 0 || steps > InclusionProof.MOST_STEPS) {
        throw new MalformedMessage("its proof has an impossible length");
      }
      List<ByteString> path = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        path.add(ByteString.of(read(in, HASH_BYTES)));
      }
      return new SnapshotFrame(
          statement,
          epoch.size() == 0 ? null : epoch,
          new InclusionProof(index, path),
          snapshot(in));
    } catch (BufferUnderflowException e) {
      throw new MalformedMessage("snapshot ends early");
    }
  }

  private static @Nullable ByteString snapshot(ByteBuffer in) throws MalformedMessage {
    byte follows = in.get();
    if (follows == 1) {
      return ByteString.of(read(in, in.remaining()));
    }
    if (follows != 0 || in.hasRemaining()) {
      throw new MalformedMessage("has bytes after its proof");
    }
    return null;
  }

  private static byte[] read(ByteBuffer in, int length) throws MalformedMessage {
    if (length < 0 || length > in.remaining()) {
      throw new MalformedMessage("a part has an impossible length");
    }
    byte[] part = new byte[length];
    in.get(part);
    return part;
  }
}
