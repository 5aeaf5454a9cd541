package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks a JWS in compact form under a key set and nothing about its payload: the first and the
 * last steps of {@link TokenVerifier}, for {@code verify signature}. Thread-safe.
 */
public final class JwsVerifier {
  private final SignatureVerifier signatures;

  public JwsVerifier(Crypto crypto) {
    this.signatures = new SignatureVerifier(crypto);
  }

  /** Why the JWS is refused, or null when one of the keys signed it. */
  public @Nullable TokenRefusal verify(String jws, KeySet keys) {
    try {
      CompactJws parts = CompactJws.parse(jws);
      checkSignature(parts, JwsHeader.parse(parts.header()), keys);
      return null;
    } catch (RefusedToken e) {
      return e.refusal();
    }
  }

  private void checkSignature(CompactJws jws, JwsHeader header, KeySet keys) throws RefusedToken {
    if (keys.isEmpty()) {
      throw new RefusedToken(TokenRefusal.NO_USABLE_KEY);
    }
    List<VerificationKey> candidates = keys.candidates(header.kid(), header.algorithm());
    if (candidates.isEmpty()) {
      throw new RefusedToken(TokenRefusal.KEY_UNKNOWN);
    }
    for (VerificationKey key : candidates.stream().limit(TokenVerifier.MAX_KEYS_TRIED).toList()) {
      if (signatures.verify(header.algorithm(), key, jws.signingInput(), jws.signature())) {
        return;
      }
    }
    throw new RefusedToken(TokenRefusal.SIGNATURE);
  }
}
