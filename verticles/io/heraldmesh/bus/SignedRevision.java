package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One revision of all nodes' snapshots under one signature, which is made anew only when the
 * signer's identity was renewed. Thread-safe.
 */
public final class SignedRevision {
  private final Revision revision;
  private final SnapshotTree tree;
  private final Map<SpiffeId, Integer> places;
  private final Map<SpiffeId, ByteString> digests;
  private volatile @Nullable Sealed sealed;

  private record Sealed(HeraldSvid by, ByteString statement) {}

  /**
   * @param digests of each node's snapshot; at least one
   */
  public SignedRevision(Revision revision, Map<SpiffeId, ByteString> digests) {
    this.revision = revision;
    this.digests = Map.copyOf(digests);
    this.places = new HashMap<>();
    List<ByteString> leaves = new ArrayList<>();
    new TreeMap<>(digests)
        .forEach(
            (node, digest) -> {
              places.put(node, leaves.size());
              leaves.add(new SnapshotLeaf(node, revision, digest).hash());
            });
    this.tree = SnapshotTree.of(leaves);
  }

  public Revision revision() {
    return revision;
  }

  /** Of the node's snapshot under this revision; null: it was not known yet. */
  public @Nullable ByteString digest(SpiffeId node) {
    return digests.get(node);
  }

  /**
   * For one node.
   *
   * @param epoch a signed {@link EpochGrant}; null: there is none
   * @param content of a snapshot whose digest is the node's; null: the node has it
   * @throws IllegalArgumentException when {@code node} is not of this revision
   */
  public SnapshotFrame frame(
      SignedBus bus, @Nullable ByteString epoch, SpiffeId node, @Nullable SnapshotContent content) {
    Integer place = places.get(node);
    if (place == null) {
      throw new IllegalArgumentException(node + " is not in revision " + revision);
    }
    return new SnapshotFrame(sign(bus), epoch, tree.proof(place), content);
  }

  /** False: {@link #frame} would sign first, which is nothing for an event loop. */
  public boolean isSigned(SignedBus bus) {
    Sealed done = sealed;
    return done != null && done.by().equals(bus.svid());
  }

  /** Signs, unless that is done; {@link #frame} does so too. */
  public ByteString sign(SignedBus bus) {
    Sealed done = sealed;
    HeraldSvid now = bus.svid();
    if (done == null || !done.by().equals(now)) {
      done =
          new Sealed(
              now,
              bus.state(
                  RevisionRoot.STATEMENT, new RevisionRoot(revision, tree.size(), tree.root())));
      sealed = done;
    }
    return done.statement();
  }
}
