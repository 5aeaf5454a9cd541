package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;

/** Which signers are heard no more, though their certificates are still good. */
@FunctionalInterface
public interface VoidIdentities {
  /** Where nothing is known of revocations: on nodes without a control plane. */
  VoidIdentities NONE = (signer, notBefore) -> false;

  /**
   * Asked for each request that is signed as it should be, so it must not block.
   *
   * @param notBefore from when on the certificate it signed with is valid
   */
  boolean voids(SpiffeId signer, Instant notBefore);
}
