package io.heraldmesh.distributor;

import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Leases;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Revisions;

/** Revisions that are counted only as long as a lease is held. */
record HeldRevisions(Leases leases, Lease lease, Revisions all) implements Revisions {

  @Override
  public Revision current() {
    return all.current();
  }

  @Override
  public Revision next() {
    return leases.next(lease);
  }

  @Override
  public Revision newEpoch() {
    return all.newEpoch();
  }
}
