package io.heraldmesh.bus;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether a {@link SnapshotFrame} is what config signed for this node. */
public final class SnapshotProof {
  private SnapshotProof() {}

  /**
   * What config signed for the node.
   *
   * @param snapshot under {@code revision}
   */
  public record Proven(Revision revision, EncodedSnapshot snapshot) {}

  /** What a node has in force. */
  public record Held(Revision revision, EncodedSnapshot snapshot) {}

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
    EncodedSnapshot snapshot = snapshot(frame.content(), held == null ? null : held.snapshot());
    RevisionRoot root = bus.believe(RevisionRoot.STATEMENT, frame.statement());
    long epoch = root.revision().epoch();
    if (held == null || epoch > held.revision().epoch()) {
      EpochGrant.require(bus, frame.epoch(), epoch);
    }
    ByteString leaf = new SnapshotLeaf(bus.self(), root.revision(), snapshot.digest()).hash();
    if (frame.proof().root(leaf, root.nodes()).filter(root.root()::equals).isEmpty()) {
      throw new BusException(
          BusFailure.UNAUTHENTICATED,
          "revision " + root.revision() + " does not hold this snapshot for this node");
    }
    return new Proven(root.revision(), snapshot);
  }

  private static EncodedSnapshot snapshot(
      @Nullable SnapshotContent content, @Nullable EncodedSnapshot held) throws BusException {
    Optional<EncodedSnapshot> said =
        content == null ? Optional.ofNullable(held) : content.with(held);
    return said.orElseThrow(
        () ->
            new BusException(
                BusFailure.UNAUTHENTICATED, "told to keep what this node does not hold"));
  }
}
