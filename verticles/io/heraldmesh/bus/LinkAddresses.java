package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.util.Set;

/** Which addresses of the bus reach over the link of a node outside of the cluster: no others. */
public final class LinkAddresses {
  private LinkAddresses() {}

  /** Of services that a caller with {@code role} may ask. */
  public static Set<String> askedBy(HeraldRole role) {
    return role == HeraldRole.NODE
        ? Set.of(
            CaService.ADDRESS,
            DistributorService.Operations.ADDRESS,
            SharedKeysService.Operations.ADDRESS)
        : Set.of();
  }

  /** Where {@code node} is sent its snapshots. */
  public static String of(SpiffeId node) {
    return SnapshotPush.address(node);
  }
}
