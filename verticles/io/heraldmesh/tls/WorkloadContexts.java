package io.heraldmesh.tls;

import io.heraldmesh.credentials.Credential;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The TLS contexts of one workload's leaf.
 *
 * <p>Nothing is resumed: a ticket would carry an identity past the rotation or withdrawal of the
 * leaf that proved it, and proxies keep their connections open anyway.
 */
final class WorkloadContexts {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /**
   * Without the hybrid post-quantum group that BoringSSL prefers: Envoy's peers do not offer it.
   */
  private static final String[] GROUPS = {"X25519", "P-256", "P-384"};

  private static final List<String> SERVED = List.of("h2", "http/1.1");
  private static final List<String> SERVED_APART = List.of("http/1.1", "h2");

  private final SslContext serverHttp;
  private final SslContext serverApart;
  private final SslContext serverTcp;
  private final Map<MeshProtocol, SslContext> clients = new EnumMap<>(MeshProtocol.class);

  WorkloadContexts(Credential credential, X509ExtendedTrustManager trust, SslProvider provider)
      throws SSLException {
    KeyManagerFactory key = HeldKey.factory(credential);
    KeyManagerFactory keys =
        provider == SslProvider.JDK ? key : new OpenSslCachingX509KeyManagerFactory(key);
    serverHttp = server(keys, trust, provider, SERVED);
    serverApart = server(keys, trust, provider, SERVED_APART);
    serverTcp = server(keys, trust, provider, List.of());
    for (MeshProtocol protocol : MeshProtocol.values()) {
      SslContextBuilder builder =
          common(SslContextBuilder.forClient().keyManager(keys), trust, provider)
              // identities are SPIFFE IDs, checked by the trust manager; names prove nothing here
              .endpointIdentificationAlgorithm(null)
              .applicationProtocolConfig(alpn(protocol.offered()));
      clients.put(protocol, Unresumed.context(builder.build()));
    }
  }

  /** A handler for one connection of a client. */
  SslHandler serverHandler(MeshServed served, ByteBufAllocator allocator) {
    SslContext context =
        switch (served) {
          case HTTP -> serverHttp;
          case HTTP_APART -> serverApart;
          case BYTES -> serverTcp;
        };
    SslHandler handler = Farewell.limit(context.newHandler(allocator));
    if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
      // Netty turns tickets on for each connection, whatever its context says
      SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
    } else {
      // the JDK keeps every session; this takes it out again, with the tickets that lead to it
      handler.handshakeFuture().addListener(done -> handler.engine().getSession().invalidate());
    }
    return handler;
  }

  SslContext client(MeshProtocol protocol) {
    SslContext context = clients.get(protocol);
    if (context == null) {
      throw new IllegalStateException("no context for " + protocol);
    }
    return context;
  }

  /** Connections that use a context hold on to it themselves. */
  void release() {
    ReferenceCountUtil.release(serverHttp);
    ReferenceCountUtil.release(serverApart);
    ReferenceCountUtil.release(serverTcp);
    clients.values().forEach(ReferenceCountUtil::release);
  }

  private static SslContext server(
      KeyManagerFactory keys,
      X509ExtendedTrustManager trust,
      SslProvider provider,
      List<String> served)
      throws SSLException {
    SslContextBuilder builder =
        common(SslContextBuilder.forServer(keys), trust, provider).clientAuth(ClientAuth.REQUIRE);
    if (!served.isEmpty()) {
      builder.applicationProtocolConfig(alpn(served));
    }
    return Unresumed.context(builder.build());
  }

  private static SslContextBuilder common(
      SslContextBuilder builder, X509ExtendedTrustManager trust, SslProvider provider) {
    builder.sslProvider(provider).protocols(PROTOCOLS).trustManager(trust);
    if (provider != SslProvider.JDK) {
      builder.option(OpenSslContextOption.GROUPS, GROUPS);
    }
    return builder;
  }

  private static ApplicationProtocolConfig alpn(List<String> names) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        names);
  }
}
