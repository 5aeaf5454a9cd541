package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;

/** What {@link EnvelopeVerifier} found. */
public sealed interface EnvelopeVerdict {

  /**
   * @param sender one of Herald's own identities, in a role that may send this
   * @param notBefore from when on the certificate it signed with is valid
   * @param envelope whose payload may now be parsed
   */
  record Accepted(SpiffeId sender, Instant notBefore, Envelope envelope)
      implements EnvelopeVerdict {}

  /**
   * @param detail for operators; never sent to the other side; holds no secret
   */
  record Refused(EnvelopeRefusal reason, String detail) implements EnvelopeVerdict {}
}
