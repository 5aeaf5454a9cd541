package io.heraldmesh;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** An https server outside of the mesh; says who called it, and by which server name. */
public final class OutsideServer implements AutoCloseable {
  private final HttpsServer server;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /**
   * @param clients only those with a certificate of the same root are served
   */
  public OutsideServer(OutsideAuthority.Issued own, boolean clients)
      throws IOException, GeneralSecurityException {
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.setHttpsConfigurator(
        new HttpsConfigurator(own.serverContext()) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(clients);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          String text = describe(((HttpsExchange) exchange).getSSLSession());
          seen.add(text);
          byte[] body = text.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** {@code sni=… client=…} of every request. */
  public List<String> seen() {
    return List.copyOf(seen);
  }

  private static String describe(SSLSession session) {
    String sni = "-";
    if (session instanceof ExtendedSSLSession extended
        && !extended.getRequestedServerNames().isEmpty()) {
      sni =
          new SNIHostName(extended.getRequestedServerNames().getFirst().getEncoded())
              .getAsciiName();
    }
    String client = "-";
    try {
      client = session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      // showed none
    }
    return "sni=" + sni + " client=" + client;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
