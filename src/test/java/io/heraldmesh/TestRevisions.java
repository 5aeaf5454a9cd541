package io.heraldmesh;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.NodeSnapshot;
import java.util.List;
import java.util.Map;

/** Revisions of a single node, signed by whoever a test says. */
public final class TestRevisions {
  private TestRevisions() {}

  /**
   * What {@code signer} would send to {@code node}, with a proof that fits, and without the
   * authority's word for a new epoch.
   */
  public static SnapshotFrame of(
      SignedBus signer, SpiffeId node, Revision revision, NodeSnapshot snapshot) {
    ByteString bytes = SnapshotCodec.encode(snapshot);
    return new SignedRevision(revision, Map.of(node, SnapshotCodec.digest(bytes)))
        .frame(signer, null, node, bytes);
  }

  /** A snapshot that lets its node do nothing. */
  public static NodeSnapshot empty(String node) {
    return new NodeSnapshot(node, List.of(), List.of());
  }
}
