package io.heraldmesh.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets in members by the roots in force, and remembers until when each has proven to be one. */
final class SocketTrust extends EngineTrust {
  private static final Logger LOG = LoggerFactory.getLogger(SocketTrust.class);

  private final MemberTls tls;
  private final Map<SSLEngine, PeerIdentity> peers = new WeakHashMap<>();

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
    PeerIdentity peer;
    try {
      peer = tls.identify(chain, server);
    } catch (PeerRefused e) {
      LOG.warn("event bus refused a peer reason=\"{}\"", e.getMessage());
      throw e;
    }
    synchronized (peers) {
      peers.put(engine, peer);
    }
  }

  /** Nothing is read from, or sent to, a peer whose proof has ended. */
  void closeEnded(Instant now) {
    synchronized (peers) {
      peers
          .entrySet()
          .removeIf(
              peer -> {
                boolean ended = !now.isBefore(peer.getValue().notAfter());
                if (ended && !peer.getKey().isOutboundDone()) {
                  LOG.warn("the certificate of {} has ended", peer.getValue().id());
                  close(peer.getKey());
                }
                return ended;
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
