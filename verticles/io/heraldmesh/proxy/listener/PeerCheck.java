package io.heraldmesh.proxy.listener;

import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.PeerIdentity;
import io.heraldmesh.tls.PeerRefused;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Whether a proof that was good in the handshake still is: the certificate may have ended since,
 * the clock may have been set, or its root may have been taken away. Belongs to the connection's
 * event loop.
 */
final class PeerCheck {
  private final MeshTls tls;
  private final SSLEngine engine;
  private final PeerIdentity identity;
  private long generation;

  private PeerCheck(MeshTls tls, SSLEngine engine, PeerIdentity identity, long generation) {
    this.tls = tls;
    this.engine = engine;
    this.identity = identity;
    this.generation = generation;
  }

  /** For a handshake that just succeeded. */
  static PeerCheck of(MeshTls tls, SSLEngine engine) throws PeerRefused {
    long generation = tls.generation();
    return new PeerCheck(tls, engine, tls.client(engine), generation);
  }

  PeerIdentity identity() {
    return identity;
  }

  /** What is wrong now, as a stable word; null when nothing is. */
  @Nullable String problem(Instant now) {
    if (identity.hasEnded(now)) {
      return "peer_expired";
    }
    if (identity.isTooEarly(now)) {
      return "peer_not_yet_valid";
    }
    long current = tls.generation();
    if (current != generation) {
      try {
        tls.client(engine);
        generation = current;
      } catch (PeerRefused e) {
        return "peer_" + e.code();
      }
    }
    return null;
  }
}
