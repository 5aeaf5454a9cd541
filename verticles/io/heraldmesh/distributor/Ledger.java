package io.heraldmesh.distributor;

import io.heraldmesh.store.Announced;
import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import java.util.List;

/**
 * What a distributor has to write down: the revisions that it gives, and what nodes told it. Blocks
 * for the database; throws {@link StoreException}, with reason TAKEN when another one distributes.
 */
public interface Ledger {

  /** The next revision; on disk. */
  Revision next();

  /** What nodes told whoever distributed before. */
  List<Announced> announced();

  /** Keeps what nodes told; on disk. */
  void keep(List<Announced> told);

  /** Forgets a node that nothing is registered for. */
  void forget(String node);

  /** Of the only distributor. */
  static Ledger of(Store store) {
    return new Ledger() {
      @Override
      public Revision next() {
        return store.revisions().next();
      }

      @Override
      public List<Announced> announced() {
        return store.announcements().all();
      }

      @Override
      public void keep(List<Announced> told) {
        store.announcements().keep(told, null);
      }

      @Override
      public void forget(String node) {
        store.announcements().forget(node);
      }
    };
  }

  /** Of one that may distribute only as long as it holds {@code lease}. */
  static Ledger held(Store store, Lease lease) {
    return new Ledger() {
      @Override
      public Revision next() {
        return store.leases().next(lease);
      }

      @Override
      public List<Announced> announced() {
        return store.announcements().all();
      }

      @Override
      public void keep(List<Announced> told) {
        store.announcements().keep(told, lease);
      }

      @Override
      public void forget(String node) {
        store.announcements().forget(node);
      }
    };
  }
}
