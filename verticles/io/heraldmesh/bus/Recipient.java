package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;

/** Whom a message is for. Signed with it, so that it counts for nobody else. */
public sealed interface Recipient {

  /** The form inside the envelope. */
  String text();

  /** Whoever has {@code role}: a service that several nodes offer under one address. */
  record AnyOf(TrustDomain trustDomain, HeraldRole role) implements Recipient {

    /** {@code *} is not legal in a SPIFFE ID, so this never equals the text of {@link One}. */
    @Override
    public String text() {
      return "spiffe://" + trustDomain + "/herald/" + role.word() + "/*";
    }
  }

  /** Exactly one. */
  record One(SpiffeId id) implements Recipient {

    @Override
    public String text() {
      return id.toString();
    }
  }
}
