package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;

/** What {@link EnvelopeVerifier} found. */
public sealed interface EnvelopeVerdict {

  /**
   * @param sender one of Herald's own identities, in a role that may send this
   * @param envelope whose payload may now be parsed
   */
  record Accepted(SpiffeId sender, Envelope envelope) implements EnvelopeVerdict {}

  /**
   * @param detail for operators; never sent to the other side; holds no secret
   */
  record Refused(EnvelopeRefusal reason, String detail) implements EnvelopeVerdict {}
}
