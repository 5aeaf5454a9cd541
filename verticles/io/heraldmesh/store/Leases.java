package io.heraldmesh.store;

import java.time.Duration;
import java.util.Optional;

/**
 * Who of several control nodes does what only one may do. Time is the database's, so that clocks of
 * nodes do not matter. A lease is no state: it is in no backup.
 */
public interface Leases {

  /**
   * Takes a lease that nobody holds or whose time is up, or lengthens the caller's own; from now.
   *
   * @param holder of this process alone
   * @return empty: somebody else holds it
   */
  Optional<Lease> acquire(String name, String holder, Duration life);

  /**
   * Takes it from a holder that is known to be gone, before its time is up. Should it not be gone,
   * it counts no revision any more, and learns so when it next lengthens the lease.
   *
   * @param from what that holder has
   * @return empty: it is not held so any more
   */
  Optional<Lease> takeOver(Lease from, String holder, Duration life);

  /** Who holds it, and for how long unless it is lengthened; empty: nobody does. */
  Optional<Held> held(String name);

  /**
   * @param left by the database's clock; more than zero
   */
  record Held(Lease lease, Duration left) {}

  /** Gives it back before its time, if it is still held. */
  void release(Lease lease);

  /**
   * Counts the configuration's revision up as {@link Revisions#next} does, in one transaction with
   * looking whether {@code lease} is held: of two that believe to hold it, one fails.
   *
   * @throws StoreException with reason TAKEN when it is not held any more
   */
  Revision next(Lease lease);
}
