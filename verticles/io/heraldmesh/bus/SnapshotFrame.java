package io.heraldmesh.bus;

import io.heraldmesh.bus.SnapshotContent.Parts;
import io.heraldmesh.bus.SnapshotContent.Whole;
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
 * hashes beside the way (1 byte) and the hashes; then what of the snapshot comes with it: 0 and the
 * end, or 1 and the whole of it to the end, or 2 and its parts to the end, the own one and the
 * shared one, each as 0, or as 1 with its length (4 bytes) and its bytes.
 *
 * @param statement a signed {@link RevisionRoot}
 * @param epoch a signed {@link EpochGrant}; null: the authority was not reached, so only nodes that
 *     are in this epoch already will follow
 * @param content null: the snapshot is the one that the node holds
 */
public record SnapshotFrame(
    ByteString statement,
    @Nullable ByteString epoch,
    InclusionProof proof,
    @Nullable SnapshotContent content) {
  private static final byte[] MAGIC = "HLS2".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH_BYTES = 32;
  private static final byte HELD = 0;
  private static final byte WHOLE = 1;
  private static final byte PARTS = 2;

  public byte[] toBytes() {
    byte[] granted = epoch == null ? new byte[0] : epoch.toByteArray();
    ByteBuffer frame = ByteBuffer.allocate(length());
    frame.put(MAGIC).putInt(statement.size()).put(statement.toByteArray());
    frame.putInt(granted.length).put(granted);
    frame.putInt(proof.index()).put((byte) proof.path().size());
    proof.path().forEach(hash -> frame.put(hash.toByteArray()));
    switch (content) {
      case null -> frame.put(HELD);
      case Whole(ByteString snapshot) -> frame.put(WHOLE).put(snapshot.toByteArray());
      case Parts(var own, var shared) -> {
        frame.put(PARTS);
        put(frame, own);
        put(frame, shared);
      }
    }
    return frame.array();
  }

  /** How many bytes it is on the wire; makes none of them. */
  public int length() {
    return MAGIC.length
        + 4
        + statement.size()
        + 4
        + (epoch == null ? 0 : epoch.size())
        + 5
        + proof.path().size() * HASH_BYTES
        + size(content);
  }

  private static int size(@Nullable SnapshotContent content) {
    return switch (content) {
      case null -> 1;
      case Whole(ByteString snapshot) -> 1 + snapshot.size();
      case Parts(var own, var shared) -> 1 + size(own) + size(shared);
    };
  }

  private static int size(@Nullable ByteString part) {
    return part == null ? 1 : 1 + 4 + part.size();
  }

  private static void put(ByteBuffer frame, @Nullable ByteString part) {
    if (part == null) {
      frame.put((byte) 0);
    } else {
      frame.put((byte) 1).putInt(part.size()).put(part.toByteArray());
    }
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
          content(in));
    } catch (BufferUnderflowException e) {
      throw new MalformedMessage("snapshot ends early");
    }
  }

  private static @Nullable SnapshotContent content(ByteBuffer in) throws MalformedMessage {
    SnapshotContent content =
        switch (in.get()) {
          case HELD -> null;
          case WHOLE -> new Whole(ByteString.of(read(in, in.remaining())));
          case PARTS -> new Parts(part(in), part(in));
          default -> throw new MalformedMessage("its snapshot comes in no known form");
        };
    if (in.hasRemaining()) {
      throw new MalformedMessage("has bytes after its end");
    }
    return content;
  }

  private static @Nullable ByteString part(ByteBuffer in) throws MalformedMessage {
    return switch (in.get()) {
      case 0 -> null;
      case 1 -> ByteString.of(read(in, in.getInt()));
      default -> throw new MalformedMessage("a part comes in no known form");
    };
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
