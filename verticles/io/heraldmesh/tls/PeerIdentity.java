package io.heraldmesh.tls;

import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;

/**
 * Who stands at the other end of a mesh TLS connection.
 *
 * @param leafHash SHA-256 of the leaf certificate's DER, in lower-case hex
 * @param notBefore from when on the leaf is valid
 * @param notAfter when the proof ends: the earliest end of validity in the chain
 */
public record PeerIdentity(SpiffeId id, String leafHash, Instant notBefore, Instant notAfter) {

  /** Also when the clock was set back. */
  public boolean isTooEarly(Instant now) {
    return now.isBefore(notBefore);
  }

  public boolean hasEnded(Instant now) {
    return !now.isBefore(notAfter);
  }
}
