package io.heraldmesh.distributor;

import io.heraldmesh.store.Lease;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the control node that distributes is known to be gone, before its lease ends: it was a
 * member of the cluster while it held that lease, is none any more, and most control nodes are. One
 * that was never seen with its lease, as from the other side of a partition, is waited for; so is
 * it by a side that is not the majority. Not for several threads.
 */
final class LostHolder {
  /** Stands behind a node's name in that of a holder; what follows is of one process. */
  static final String PROCESS = "/";

  /** As many looks in a row have to agree. */
  private static final int LOOKS = 2;

  private final int controlNodes;
  private @Nullable Lease held;
  private boolean wasMember;
  private int missing;

  /**
   * @param controlNodes how many there are when all are well
   */
  LostHolder(int controlNodes) {
    this.controlNodes = controlNodes;
  }

  /**
   * @param lease what another one holds; null: nobody else does
   */
  void holds(@Nullable Lease lease) {
    if (lease == null || !lease.equals(held)) {
      held = lease;
      wasMember = false;
      missing = 0;
    }
  }

  /**
   * To be asked several times a second; says of each lease once that its holder is gone.
   *
   * @param members names of the control nodes that are members now
   * @return what the one has that is gone; null: none is known to be
   */
  @Nullable Lease look(Set<String> members) {
    Lease now = held;
    if (now == null) {
      return null;
    }
    String holder = now.holder();
    if (members.contains(holder.substring(0, Math.max(0, holder.indexOf(PROCESS))))) {
      wasMember = true;
      missing = 0;
      return null;
    }
    if (!wasMember || 2 * members.size() <= controlNodes || ++missing < LOOKS) {
      return null;
    }
    held = null;
    return now;
  }
}
