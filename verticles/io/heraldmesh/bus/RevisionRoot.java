package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import java.util.Set;

/**
 * What the distributor signs of a revision, once for all nodes.
 *
 * @param nodes how many snapshots it is of, at least 1
 * @param root of the tree over them
 */
record RevisionRoot(Revision revision, int nodes, ByteString root) {

  /** Also keeps it from passing for anything else that config signs. */
  static final Statement<RevisionRoot> STATEMENT =
      new Statement<>(
          "herald.node.revision",
          "config.revision",
          RevisionRoot.class,
          Set.of(HeraldRole.CONFIG),
          HeraldRole.NODE,
          96 << 10);

  /** Malformed otherwise. */
  RevisionRoot {
    if (nodes < 1) {
      throw new IllegalArgumentException("a revision is of at least one node");
    }
  }
}
