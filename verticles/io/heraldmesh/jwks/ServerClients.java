package io.heraldmesh.jwks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.TrustOptions;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.TrustManager;

/** An https client for each group of servers that are believed under the same roots. */
final class ServerClients {
  private static final int CONNECTIONS = 4;

  private final HttpClient others;
  private final Map<String, HttpClient> named = new HashMap<>();

  /**
   * @throws IllegalArgumentException when roots hold no certificate, or nothing would be trusted
   */
  ServerClients(Vertx vertx, Reach reach) {
    this.others = client(vertx, TrustRoots.manager(reach.roots(), reach.systemRoots()));
    reach
        .serverRoots()
        .forEach((server, pem) -> named.put(server, client(vertx, TrustRoots.manager(pem, false))));
  }

  HttpClient of(FetchUri uri) {
    HttpClient byHost = named.getOrDefault(uri.host(), others);
    return named.getOrDefault(uri.host() + ":" + uri.port(), byHost);
  }

  Future<Void> close() {
    return Future.join(named.values().stream().map(HttpClient::close).toList())
        .eventually(others::close)
        .mapEmpty();
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
