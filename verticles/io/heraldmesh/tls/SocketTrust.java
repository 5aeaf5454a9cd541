package io.heraldmesh.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in members by the roots in force, and remembers who was let in, and until when each has
 * proven to be one.
 */
final class SocketTrust extends EngineTrust {
  private static final Logger LOG = LoggerFactory.getLogger(SocketTrust.class);

  private final MemberTls tls;
  private final Map<SSLEngine, Admitted> peers = new WeakHashMap<>();

  /** Kept beside the session, which there is not before the handshake is done. */
  private record Admitted(PeerIdentity peer, List<X509Certificate> chain, boolean server) {}

  SocketTrust(MemberTls tls) {
    this.tls = tls;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    admit(chain, engine, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    admit(chain, engine, true);
  }

  private void admit(X509Certificate[] chain, SSLEngine engine, boolean server) throws PeerRefused {
    // Under the lock, so that whoever was let in by roots of before is seen by closeRefused.
    synchronized (peers) {
      try {
        PeerIdentity peer = tls.identify(chain, server);
        peers.put(engine, new Admitted(peer, List.of(chain), server));
      } catch (PeerRefused e) {
        LOG.warn("event bus refused a peer reason=\"{}\"", e.getMessage());
        throw e;
      }
    }
  }

  /** Nothing is read from, or sent to, a peer whose proof has ended. */
  void closeEnded(Instant now) {
    close(peer -> peer.peer().hasEnded(now) ? "its certificate has ended" : null);
  }

  /** Nor a peer whom the roots that are in force now do not prove. */
  void closeRefused() {
    close(this::refusal);
  }

  private @Nullable String refusal(Admitted peer) {
    try {
      tls.identify(peer.chain().toArray(X509Certificate[]::new), peer.server());
      return null;
    } catch (PeerRefused e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * @param why a peer is closed; null: it is not
   */
  private void close(Function<Admitted, @Nullable String> why) {
    synchronized (peers) {
      peers
          .entrySet()
          .removeIf(
              peer -> {
                String reason = why.apply(peer.getValue());
                if (reason == null) {
                  return false;
                }
                if (!peer.getKey().isOutboundDone()) {
                  LOG.warn("event bus lets go of {}: {}", peer.getValue().peer().id(), reason);
                  close(peer.getKey());
                }
                return true;
              });
    }
  }

  private static void close(SSLEngine engine) {
    engine.closeOutbound();
    try {
      engine.closeInbound();
    } catch (SSLException e) {
      LOG.debug("closed without the peer's consent: {}", e.getMessage());
    }
  }
}
