package io.heraldmesh.jwks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.TrustOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** An https client for each group of servers that are believed under the same roots. */
final class ServerClients {
  private static final int CONNECTIONS = 4;

  private final Vertx vertx;
  private final Map<String, HttpClient> named = new HashMap<>();
  private @Nullable HttpClient others;

  /**
   * @throws IllegalArgumentException when roots hold no certificate, or nothing would be trusted
   */
  ServerClients(Vertx vertx, Reach reach) {
    this.vertx = vertx;
    if (reach.roots() != null || !reach.systemRoots()) {
      others = client(vertx, TrustRoots.manager(reach.roots(), reach.systemRoots()));
    }
    reach
        .serverRoots()
        .forEach((server, pem) -> named.put(server, client(vertx, TrustRoots.manager(pem, false))));
  }

  /**
   * Blocks at the first use of the JDK's own roots, which are read then: most nodes fetch nothing,
   * and a hundred certificates are memory and time.
   */
  HttpClient of(FetchUri uri) {
    HttpClient byPort = named.get(uri.host() + ":" + uri.port());
    HttpClient byHost = byPort == null ? named.get(uri.host()) : byPort;
    return byHost == null ? others() : byHost;
  }

  private synchronized HttpClient others() {
    HttpClient made = others;
    if (made == null) {
      made = client(vertx, TrustRoots.manager(null, true));
      others = made;
    }
    return made;
  }

  synchronized Future<Void> close() {
    List<HttpClient> all = new ArrayList<>(named.values());
    if (others != null) {
      all.add(others);
    }
    return Future.join(all.stream().map(HttpClient::close).toList()).mapEmpty();
  }

  private static HttpClient client(Vertx vertx, TrustManager trust) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setKeepAlive(false)
            .setDecompressionSupported(false)
            .setVerifyHost(true)
            .setTrustOptions(TrustOptions.wrap(trust)),
        new PoolOptions().setHttp1MaxSize(CONNECTIONS));
  }
}
