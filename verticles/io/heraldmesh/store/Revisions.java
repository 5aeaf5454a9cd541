package io.heraldmesh.store;

/**
 * Counts configuration revisions. The pair (epoch, revision) only rises, also over restarts. Blocks
 * for the database; not for event loops. Thread-safe.
 */
public interface Revisions {

  /** The newest; (1, 0) before the first. */
  Revision current();

  /** Counts one up and syncs it before it returns. */
  Revision next();

  /** Starts a new epoch at revision 0 and syncs it before it returns. */
  Revision newEpoch();
}
