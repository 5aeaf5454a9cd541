package io.heraldmesh.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;

/** Lets in members of the cluster and nobody else, in both directions. */
final class MemberTrust extends EngineTrust {
  private final VerifiedPeers clients;
  private final VerifiedPeers servers;
  private final Members members;

  MemberTrust(VerifiedPeers clients, VerifiedPeers servers, Members members) {
    this.clients = clients;
    this.servers = servers;
    this.members = members;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    identify(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    identify(chain, true);
  }

  /**
   * @param server true: the chain was shown by whoever was connected to
   */
  PeerIdentity identify(X509Certificate[] chain, boolean server) throws PeerRefused {
    PeerIdentity peer = (server ? servers : clients).identify(chain);
    members.require(peer.id());
    return peer;
  }
}
