package io.heraldmesh.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.PrivateKey;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/** The TLS contexts of one set of {@link OriginationFiles}. Nothing is resumed. */
final class OriginationContexts {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final Map<MeshProtocol, SslContext> contexts = new EnumMap<>(MeshProtocol.class);
  private final ServerTrust trust;

  OriginationContexts(
      OriginationFiles.Loaded files, ExpectedServers<String> expected, SslProvider provider)
      throws SSLException {
    trust = ServerTrust.of(files.roots(), expected);
    PrivateKey key = files.key();
    for (MeshProtocol protocol : MeshProtocol.values()) {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(provider)
              .protocols(PROTOCOLS)
              .trustManager(trust)
              // the trust manager compares names: there may be several, and not that of the address
              .endpointIdentificationAlgorithm(null);
      if (key != null) {
        KeyManagerFactory held = HeldKey.factory(key, files.chain());
        builder.keyManager(
            provider == SslProvider.JDK ? held : new OpenSslCachingX509KeyManagerFactory(held));
      }
      List<String> offered = offered(protocol);
      if (!offered.isEmpty()) {
        builder.applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                offered));
      }
      contexts.put(protocol, Unresumed.context(builder.build()));
    }
  }

  ServerTrust trust() {
    return trust;
  }

  SslContext get(MeshProtocol protocol) {
    SslContext context = contexts.get(protocol);
    if (context == null) {
      throw new IllegalStateException("no context for " + protocol);
    }
    return context;
  }

  /** Connections that use a context hold on to it themselves. */
  void release() {
    contexts.values().forEach(ReferenceCountUtil::release);
  }

  private static List<String> offered(MeshProtocol protocol) {
    return switch (protocol) {
      case HTTP1 -> List.of("http/1.1");
      case HTTP2, SHARED -> List.of("h2");
      case TCP -> List.of();
    };
  }
}
