package io.heraldmesh.distributor;

import io.heraldmesh.bus.Revision;
import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Leases.Held;
import io.heraldmesh.store.Store;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to distribute, asked of the database. Blocks.
 *
 * @param holder this process
 */
record Turn(Store store, String holder) {
  private static final Logger LOG = LoggerFactory.getLogger(Turn.class);
  private static final String LEASE = "config";

  /** For how long a lease is taken, and how often it is lengthened. */
  static final Duration LIFE = Duration.ofSeconds(8);

  static final Duration LENGTHEN = Duration.ofSeconds(2);

  /** After the end of somebody's lease, so that one attempt is enough. */
  private static final Duration AFTER = Duration.ofMillis(20);

  /**
   * @param lease empty: somebody else holds it
   * @param others what somebody else holds
   * @param again when it is worth asking again
   */
  record Answer(Optional<Lease> lease, @Nullable Lease others, Duration again) {}

  /**
   * Takes or lengthens the lease. Whoever leads may have been killed: the moment its time is up is
   * the first to know it, unless the cluster knows before.
   *
   * @param gone what the one has that is known to be gone; null: nobody is
   */
  Answer ask(@Nullable Lease gone) {
    Optional<Lease> lease = store.leases().acquire(LEASE, holder, LIFE);
    if (lease.isEmpty() && gone != null) {
      lease = store.leases().takeOver(gone, holder, LIFE);
      LOG.info("whoever distributed is gone was={} here={}", gone.holder(), lease.isPresent());
    }
    if (lease.isPresent()) {
      return new Answer(lease, null, LENGTHEN);
    }
    Optional<Held> held = store.leases().held(LEASE);
    Duration end = held.map(Held::left).orElse(Duration.ZERO).plus(AFTER);
    return new Answer(
        lease, held.map(Held::lease).orElse(null), end.compareTo(LENGTHEN) < 0 ? end : LENGTHEN);
  }

  /** Lets another one in at once; whether that was done says nothing. */
  boolean giveBack(Lease lease) {
    store.leases().release(lease);
    return true;
  }

  /** Null before the first, as of a distributor that has no nodes. */
  @Nullable Revision current() {
    var revision = store.revisions().current();
    return revision.number() == 0 ? null : new Revision(revision.epoch(), revision.number());
  }
}
