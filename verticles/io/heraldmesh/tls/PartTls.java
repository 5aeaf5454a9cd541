package io.heraldmesh.tls;

import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 between Herald's own parts, as options for Vert.x's servers and clients: one identity and
 * one set of roots, immutable. For a renewed identity make a new one and have the server take its
 * options by force, so that no session of the old one is resumed. Thread-safe.
 */
public final class PartTls {
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3");
  private static final int HANDSHAKE_SECONDS = 10;

  private final KeyCertOptions key;
  private final VerifiedPeers clients;
  private final VerifiedPeers servers;

  /**
   * @param chain leaf first, without the root
   * @param bundle whom to trust
   */
  public PartTls(
      PrivateKey key,
      List<X509Certificate> chain,
      TrustBundle bundle,
      PeerVerifier verifier,
      InstantSource clock) {
    this.key = KeyCertOptions.wrap(HeldKey.factory(key, chain));
    this.clients = new VerifiedPeers(verifier, bundle, PeerRole.CLIENT, clock);
    this.servers = new VerifiedPeers(verifier, bundle, PeerRole.SERVER, clock);
  }

  /** The native library where it loads, as for mesh TLS; nothing is resumed. */
  public static SSLEngineOptions engine() {
    return OpenSSLEngineOptions.isAvailable()
        ? new OpenSSLEngineOptions().setSessionCacheEnabled(false)
        : new JdkSSLEngineOptions();
  }

  /**
   * For a server: a client may do without a certificate, but one that shows a certificate which
   * does not lead to a root of its trust domain is refused in the handshake.
   *
   * @param alpn protocols in order of preference
   */
  public ServerSSLOptions server(List<String> alpn) {
    return new ServerSSLOptions()
        .setClientAuth(ClientAuth.REQUEST)
        .setKeyCertOptions(key)
        .setTrustOptions(TrustOptions.wrap(new Trust(id -> false)))
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setUseAlpn(true)
        .setApplicationLayerProtocols(alpn)
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
  }

  /**
   * For a client, which always shows its certificate.
   *
   * @param expected which servers it may speak with; any other is refused in the handshake
   * @param alpn protocols in order of preference
   */
  public ClientSSLOptions client(Predicate<SpiffeId> expected, List<String> alpn) {
    return new ClientSSLOptions()
        .setHostnameVerificationAlgorithm("")
        .setKeyCertOptions(key)
        .setTrustOptions(TrustOptions.wrap(new Trust(expected)))
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setUseAlpn(true)
        .setApplicationLayerProtocols(alpn)
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
  }

  /** As {@link #client(Predicate, List)}, in the older form that gRPC's client takes; HTTP/2. */
  public HttpClientOptions http2Client(Predicate<SpiffeId> expected) {
    return new HttpClientOptions()
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setSsl(true)
        .setUseAlpn(true)
        .setVerifyHost(false)
        .setKeyCertOptions(key)
        .setTrustOptions(TrustOptions.wrap(new Trust(expected)))
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setSslEngineOptions(engine());
  }

  /**
   * Who the client at the other end is, by these roots and by now.
   *
   * @return null when it showed no certificate
   * @throws PeerRefused when what it showed is no longer good
   */
  public @Nullable PeerIdentity client(@Nullable SSLSession session) throws PeerRefused {
    return identify(session, clients);
  }

  /**
   * Who the server at the other end is, by these roots and by now. Whom a client expects is not
   * asked again.
   *
   * @return null when there is no session any more
   * @throws PeerRefused when what it showed is no longer good
   */
  public @Nullable PeerIdentity server(@Nullable SSLSession session) throws PeerRefused {
    return identify(session, servers);
  }

  private static @Nullable PeerIdentity identify(@Nullable SSLSession session, VerifiedPeers by)
      throws PeerRefused {
    if (session == null) {
      return null;
    }
    try {
      java.security.cert.Certificate[] shown = session.getPeerCertificates();
      X509Certificate[] chain = new X509Certificate[shown.length];
      for (int i = 0; i < shown.length; i++) {
        chain[i] = (X509Certificate) shown[i];
      }
      return chain.length == 0 ? null : by.identify(chain);
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private final class Trust extends EngineTrust {
    private final Predicate<SpiffeId> expected;

    Trust(Predicate<SpiffeId> expected) {
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
      if (!expected.test(id)) {
        throw new PeerRefused("other_identity", "the server is " + id);
      }
    }
  }
}
