package io.heraldmesh.tls;

import io.heraldmesh.identity.HeraldIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.util.Optional;
import java.util.Set;

/**
 * Who may be a member of the cluster: control nodes of this trust domain whose names are written
 * down. A certificate of the mesh's authority alone makes nobody a member.
 *
 * @param names of nodes, this one among them
 */
public record Members(TrustDomain trustDomain, Set<String> names) {
  private static final Set<HeraldRole> ROLES =
      Set.of(HeraldRole.CA, HeraldRole.CONFIG, HeraldRole.ADMIN);

  public Members {
    names = Set.copyOf(names);
  }

  /**
   * The name of the node behind {@code id}.
   *
   * @throws PeerRefused with code {@code not_a_member}
   */
  public String require(SpiffeId id) throws PeerRefused {
    Optional<HeraldIdentity> herald = id.herald();
    if (!id.trustDomain().equals(trustDomain)
        || herald.isEmpty()
        || !ROLES.contains(herald.get().role())) {
      throw new PeerRefused(
          "not_a_member", id + " is no control node of trust domain " + trustDomain);
    }
    if (!names.contains(herald.get().name())) {
      throw new PeerRefused(
          "not_a_member", id + " is not among the members that this node knows, " + names);
    }
    return herald.get().name();
  }
}
