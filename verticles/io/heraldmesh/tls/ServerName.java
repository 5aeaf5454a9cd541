package io.heraldmesh.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * Sets the server name that a client asks for. Istio's {@code outbound_.80_._.web.shop} has
 * underscores, which the JDK's own type for host names refuses, so the name goes around it.
 */
final class ServerName {
  private ServerName() {}

  static void set(SSLEngine engine, String name) {
    if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
      SSL.setTlsExtHostName(openSsl.sslPointer(), name);
    } else {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(new Unchecked(name)));
      engine.setSSLParameters(parameters);
    }
  }

  private static final class Unchecked extends SNIServerName {
    Unchecked(String name) {
      super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
