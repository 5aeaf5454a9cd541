package io.heraldmesh.tls;

import io.heraldmesh.identity.SpiffeId;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.SSLEngine;

/**
 * Decides inside the handshake who the peer is. A client checks that the server's identity is one
 * that may stand behind the destination, so no byte of a request goes to anybody else.
 */
final class MeshTrust extends EngineTrust {
  private final VerifiedPeers clients;
  private final VerifiedPeers servers;
  private final ExpectedServers<SpiffeId> expected;

  MeshTrust(VerifiedPeers clients, VerifiedPeers servers, ExpectedServers<SpiffeId> expected) {
    this.clients = clients;
    this.servers = servers;
    this.expected = expected;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    clients.identify(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    SpiffeId id = servers.identify(chain).id();
    Set<SpiffeId> allowed = expected.get(engine.getPeerPort());
    if (!allowed.contains(id)) {
      throw new PeerRefused(
          "other_identity", "the server is " + id + ", expected one of " + allowed);
    }
  }
}
