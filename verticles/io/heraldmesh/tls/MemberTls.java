package io.heraldmesh.tls;

import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerifier;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS between members of the cluster: TLS 1.3 by the JDK, every peer a pinned member. New
 * connections use the newest leaf; whoever keeps connections closes those of an older {@link
 * #generation}. Thread-safe.
 */
public final class MemberTls {
  private static final Logger LOG = LoggerFactory.getLogger(MemberTls.class);
  private static final String PROTOCOL = "TLSv1.3";

  private final Members members;
  private final PeerVerifier verifier;
  private final InstantSource clock;
  private volatile Generation current;

  private record Generation(
      long number,
      MemberIdentity identity,
      X509ExtendedKeyManager keys,
      MemberTrust trust,
      SSLContext context) {}

  /**
   * @param first the identity of this node, one of {@code members}
   * @throws IllegalArgumentException when it is none of them, or cannot be used
   */
  public MemberTls(
      Members members, PeerVerifier verifier, InstantSource clock, MemberIdentity first) {
    this.members = members;
    this.verifier = verifier;
    this.clock = clock;
    this.current = generation(0, first);
  }

  /** Takes {@code identity} for new connections; true: it differs from the one before. */
  public synchronized boolean use(MemberIdentity identity) {
    Generation before = current;
    if (before.identity().equals(identity)) {
      return false;
    }
    current = generation(before.number() + 1, identity);
    LOG.info(
        "member identity in use id={} generation={}", identity.leaf().id(), before.number() + 1);
    return true;
  }

  /** Rises with every new identity. */
  public long generation() {
    return current.number();
  }

  /** The name that this node has among the members. */
  public String name() {
    return name(current.identity());
  }

  public Members members() {
    return members;
  }

  /** The time by which certificates are judged. */
  public InstantSource clock() {
    return clock;
  }

  /**
   * One end of a connection; to be asked for its {@link #peer} once its handshake is done.
   *
   * @param client true: this end connected
   */
  public Handshake handshake(boolean client) {
    Generation now = current;
    SSLEngine engine = now.context().createSSLEngine();
    engine.setUseClientMode(client);
    engine.setEnabledProtocols(new String[] {PROTOCOL});
    if (!client) {
      engine.setNeedClientAuth(true);
    }
    return new Handshake(engine, now.number());
  }

  /**
   * @param generation of the leaf that {@code engine} shows
   */
  public record Handshake(SSLEngine engine, long generation) {}

  /**
   * Who is at the other end of a completed handshake. Looked at again under the roots in force, so
   * that a resumed session proves no more than a new one.
   *
   * @throws PeerRefused when it is not, or no longer, a member
   */
  public PeerIdentity peer(SSLEngine engine) throws PeerRefused {
    return current.trust().identify(MeshTls.shown(engine), engine.getUseClientMode());
  }

  /** The leaf in force, for Vert.x's sockets. */
  X509ExtendedKeyManager keys() {
    return current.keys();
  }

  /** The check of peers in force, for Vert.x's sockets. */
  PeerIdentity identify(X509Certificate[] chain, boolean server) throws PeerRefused {
    return current.trust().identify(chain, server);
  }

  private Generation generation(long number, MemberIdentity identity) {
    name(identity);
    X509ExtendedKeyManager keys = HeldKey.manager(identity.leaf());
    MemberTrust trust =
        new MemberTrust(
            new VerifiedPeers(verifier, identity.bundle(), PeerRole.CLIENT, clock),
            new VerifiedPeers(verifier, identity.bundle(), PeerRole.SERVER, clock),
            members);
    try {
      SSLContext context = SSLContext.getInstance(PROTOCOL);
      context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
      return new Generation(number, identity, keys, trust, context);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          identity.leaf().id() + " cannot be used: " + e.getMessage(), e);
    }
  }

  private String name(MemberIdentity identity) {
    try {
      return members.require(identity.leaf().id());
    } catch (PeerRefused e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
