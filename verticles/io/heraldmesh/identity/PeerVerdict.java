package io.heraldmesh.identity;

import java.time.Instant;

/** What {@link PeerVerifier} found: an identity, or a named refusal. */
public sealed interface PeerVerdict {

  /**
   * @param id the one URI SAN of the leaf
   * @param notAfter the earliest end of validity in the chain, root included
   */
  record Accepted(SpiffeId id, Instant notAfter) implements PeerVerdict {}

  /**
   * @param reason a stable name, for logs and metrics
   * @param detail for operators; never sent to the peer; holds no secret
   */
  record Refused(PeerRefusal reason, String detail) implements PeerVerdict {}
}
