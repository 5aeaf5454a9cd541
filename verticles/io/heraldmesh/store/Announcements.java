package io.heraldmesh.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nodes said last, so that whoever distributes next knows them before it heard of them. A
 * memory and no state: it is in no backup, and nodes that are not in it announce themselves.
 */
public interface Announcements {

  /** All that can be read, by node; a row that was damaged is left out. */
  List<Announced> all();

  /**
   * Keeps these in one transaction, each in place of what is kept of its node unless that has a
   * higher sequence.
   *
   * @param held counts only while this is held; null: nobody else keeps any
   * @throws StoreException with reason TAKEN when {@code held} is not held any more
   */
  void keep(List<Announced> announced, @Nullable Lease held);

  /** Forgets a node, as {@link NodeRegistrations#remove} of all that it may run does. */
  void forget(String node);
}
