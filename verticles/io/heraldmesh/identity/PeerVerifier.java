package io.heraldmesh.identity;

import io.heraldmesh.crypto.Crypto;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Turns a certificate chain into an identity under the SPIFFE X509-SVID profile, strictly. */
public final class PeerVerifier {
  private final Crypto crypto;

  /**
   * @param crypto checks the signatures
   */
  public PeerVerifier(Crypto crypto) {
    this.crypto = crypto;
  }

  /**
   * Checks {@code chain} (leaf first; a trailing root is ignored) against the roots of the leaf's
   * own trust domain. Never throws for what a peer may send. Thread-safe, does no I/O.
   */
  public PeerVerdict verify(
      List<X509Certificate> chain, TrustBundle bundle, PeerRole role, Instant now) {
    return new PeerVerdict.Refused(
        PeerRefusal.UNTRUSTED, "not written yet " + crypto.name() + role + now);
  }
}
