package io.heraldmesh.identity;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Does not look again at a signature that was found good: that the same bytes are signed by the
 * same key stays true for ever. What was not found good is looked at each time. Thread-safe.
 */
final class ProvenSignatures implements Signatures {
  /** Both compared by their encoding. */
  private record Proof(X509Certificate certificate, PublicKey issuerKey) {}

  private final Signatures look;
  private final int most;
  private final Set<Proof> proven = ConcurrentHashMap.newKeySet();

  /**
   * @param most that are remembered; with one more, those before it are forgotten
   */
  ProvenSignatures(Signatures look, int most) {
    this.look = look;
    this.most = most;
  }

  @Override
  public boolean by(PublicKey issuerKey, X509Certificate certificate) {
    Proof proof = new Proof(certificate, issuerKey);
    if (proven.contains(proof)) {
      return true;
    }
    boolean good = look.by(issuerKey, certificate);
    if (good) {
      if (proven.size() >= most) {
        proven.clear();
      }
      proven.add(proof);
    }
    return good;
  }
}
