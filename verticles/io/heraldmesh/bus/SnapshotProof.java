package io.heraldmesh.bus;

import org.jspecify.annotations.Nullable;

/** Decides whether a {@link SnapshotFrame} is what config signed for this node. */
public final class SnapshotProof {
  private SnapshotProof() {}

  /**
   * What config signed for the node.
   *
   * @param digest of the node's snapshot under {@code revision}
   * @param snapshot null: it is the one that the node holds
   */
  public record Proven(Revision revision, ByteString digest, @Nullable ByteString snapshot) {}

  /** What a node has in force. */
  public record Held(Revision revision, ByteString digest) {}

  /**
   * A higher epoch than the node's own needs the authority's word. Whether the revision is newer
   * than what is in force, is for the caller to say.
   *
   * @param bus of the node
   * @param held null: nothing
   * @throws BusException {@link BusFailure#UNAUTHENTICATED} or what else keeps it from being
   *     believed; the message is for the operator
   */
  public static Proven verify(SignedBus bus, SnapshotFrame frame, @Nullable Held held)
      throws BusException {
    ByteString snapshot = frame.snapshot();
    ByteString digest;
    if (snapshot != null) {
      digest = SnapshotCodec.digest(snapshot);
    } else if (held != null) {
      digest = held.digest();
    } else {
      throw new BusException(
          BusFailure.UNAUTHENTICATED, "told to keep a snapshot, but this node holds none");
    }
    RevisionRoot root = bus.believe(RevisionRoot.STATEMENT, frame.statement());
    long epoch = root.revision().epoch();
    if (held == null || epoch > held.revision().epoch()) {
      EpochGrant.require(bus, frame.epoch(), epoch);
    }
    ByteString leaf = new SnapshotLeaf(bus.self(), root.revision(), digest).hash();
    if (frame.proof().root(leaf, root.nodes()).filter(root.root()::equals).isEmpty()) {
      throw new BusException(
          BusFailure.UNAUTHENTICATED,
          "revision " + root.revision() + " does not hold this snapshot for this node");
    }
    return new Proven(root.revision(), digest, snapshot);
  }
}
