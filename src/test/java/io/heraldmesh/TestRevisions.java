package io.heraldmesh;

import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.NodeSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Revisions of a single node, signed by whoever a test says. */
public final class TestRevisions {
  private TestRevisions() {}

  /**
   * What {@code signer} would send to {@code node}, with a proof that fits, and without the
   * authority's word for a new epoch.
   */
  public static SnapshotFrame of(
      SignedBus signer, SpiffeId node, Revision revision, NodeSnapshot snapshot) {
    EncodedSnapshot encoded = EncodedSnapshot.whole(SnapshotCodec.encode(snapshot));
    return new SignedRevision(revision, Map.of(node, encoded.digest()))
        .frame(signer, null, node, encoded.over(null));
  }

  /** What the node that a frame is for may call; the frame holds all of its snapshot. */
  public static List<Destination> destinations(SnapshotFrame frame) throws MalformedMessage {
    return switch (Objects.requireNonNull(frame.content())) {
      case SnapshotContent.Whole(var whole) -> SnapshotCodec.decode(whole).destinations();
      case SnapshotContent.Parts(var own, var shared) ->
          SnapshotCodec.decodeShared(Objects.requireNonNull(shared), SchemaLevel.NEWEST);
    };
  }

  /** A snapshot that lets its node do nothing. */
  public static NodeSnapshot empty(String node) {
    return new NodeSnapshot(node, List.of(), List.of());
  }
}
