package io.heraldmesh.tls;

import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.TrustOptions;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;

/**
 * TLS 1.3 of a client that has no identity yet, as options for gRPC's client over HTTP/2. Shows no
 * certificate.
 */
public final class PinnedTls {
  private static final int HANDSHAKE_SECONDS = 10;

  private PinnedTls() {}

  /**
   * Believes nobody and so speaks with anybody: only to ask for what is compared with a pin
   * afterwards. Nothing secret may be sent, and nothing that comes may be used as it is.
   */
  public static HttpClientOptions unverified() {
    return options(
        new EngineTrust() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine e)
              throws CertificateException {
            throw new CertificateException("this is a client");
          }

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine e) {
            // Whoever it is: see above.
          }
        });
  }

  /**
   * Speaks only with a server whose chain leads to {@code root}, whatever its trust domain: whoever
   * pinned the root chose it.
   *
   * @param expected which servers it may speak with; any other is refused in the handshake
   */
  public static HttpClientOptions pinned(
      X509Certificate root,
      PeerVerifier verifier,
      InstantSource clock,
      Predicate<SpiffeId> expected) {
    return options(
        new EngineTrust() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine e)
              throws CertificateException {
            throw new CertificateException("this is a client");
          }

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine e)
              throws CertificateException {
            SpiffeId id = server(List.of(chain), root, verifier, clock);
            if (!expected.test(id)) {
              throw new PeerRefused("other_identity", "the server is " + id);
            }
          }
        });
  }

  private static SpiffeId server(
      List<X509Certificate> chain, X509Certificate root, PeerVerifier verifier, InstantSource clock)
      throws PeerRefused {
    return switch (verifier.verifyUnder(List.of(root), chain, PeerRole.SERVER, clock.instant())) {
      case PeerVerdict.Accepted accepted -> accepted.id();
      case PeerVerdict.Refused(var reason, String detail) ->
          throw new PeerRefused(reason.name().toLowerCase(Locale.ROOT), detail);
    };
  }

  private static HttpClientOptions options(EngineTrust trust) {
    return new HttpClientOptions()
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setSsl(true)
        .setUseAlpn(true)
        .setVerifyHost(false)
        .setTrustOptions(TrustOptions.wrap(trust))
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setSslEngineOptions(PartTls.engine());
  }
}
