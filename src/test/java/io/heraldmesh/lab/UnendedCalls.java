package io.heraldmesh.lab;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls by somebody without a certificate, each with a message of a length that is permitted and
 * that does not end, on connections that are kept alive by pings. The thread that makes it must be
 * in the stranger's host: so are the event loops then.
 */
final class UnendedCalls implements AutoCloseable {
  private static final int MESSAGE_BYTES = 128 << 10;
  private static final long PING_EVERY_MILLIS = 10_000;

  private final Vertx vertx = Vertx.vertx();
  private final SocketAddress target;
  private final Set<HttpConnection> opened = ConcurrentHashMap.newKeySet();
  private final Set<HttpConnection> closed = ConcurrentHashMap.newKeySet();

  UnendedCalls(String address, int port) {
    this.target = SocketAddress.inetSocketAddress(port, address);
  }

  /** Begins {@code streams} calls on each of {@code connections}. */
  void begin(String path, int connections, int streams) {
    for (int i = 0; i < connections; i++) {
      HttpClientAgent client = client();
      for (int j = 0; j < streams; j++) {
        client
            .request(
                new RequestOptions()
                    .setServer(target)
                    .setHost(target.host())
                    .setPort(target.port())
                    .setMethod(HttpMethod.POST)
                    .setURI(path)
                    .putHeader("content-type", "application/grpc")
                    .putHeader("te", "trailers"))
            .compose(this::begin);
      }
    }
  }

  private Future<Void> begin(HttpClientRequest call) {
    HttpConnection connection = call.connection();
    if (opened.add(connection)) {
      long pings = vertx.setPeriodic(PING_EVERY_MILLIS, tick -> connection.ping(ping()));
      connection.closeHandler(
          end -> {
            vertx.cancelTimer(pings);
            closed.add(connection);
          });
    }
    return call.setChunked(true)
        .write(
            Buffer.buffer()
                .appendByte((byte) 0)
                .appendInt(MESSAGE_BYTES)
                .appendBytes(new byte[MESSAGE_BYTES - 1024]));
  }

  private static Buffer ping() {
    return Buffer.buffer(new byte[8]);
  }

  private HttpClientAgent client() {
    return vertx
        .httpClientBuilder()
        .with(new HttpClientConfig().setVersions(HttpVersion.HTTP_2).setSsl(true))
        .with(
            new ClientSSLOptions()
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm("")
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of("h2")))
        .build();
  }

  int opened() {
    return opened.size();
  }

  int closed() {
    return closed.size();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
