package io.heraldmesh.link;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.tls.PeerIdentity;
import java.time.Instant;
import java.util.Optional;

/**
 * Who calls a control node.
 *
 * @param proven what its certificate says, verified against the roots in force when the call came;
 *     empty: it showed none, as whoever enrols
 * @param address where the connection comes from, without the port
 */
public record ControlCaller(Optional<PeerIdentity> proven, String address) {

  /** The verified identity; empty when there is none. */
  public Optional<SpiffeId> id() {
    return proven.map(PeerIdentity::id);
  }

  /** The verified identity when it is one of Herald's own with {@code role}. */
  public Optional<SpiffeId> as(HeraldRole role) {
    return id().filter(id -> id.herald().filter(h -> h.role() == role).isPresent());
  }

  /** Until when the proof counts; empty when there is none. */
  public Optional<Instant> provenUntil() {
    return proven.map(PeerIdentity::notAfter);
  }

  @Override
  public String toString() {
    return id().map(SpiffeId::toString).orElse("nobody") + " at " + address;
  }
}
