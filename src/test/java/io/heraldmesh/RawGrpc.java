package io.heraldmesh;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Calls of a gRPC server with any octets as body, over HTTP/2 and TLS. */
public final class RawGrpc {
  private static final long AT_ONCE_SECONDS = 5;

  private final HttpClientAgent client;
  private final SocketAddress address;

  public RawGrpc(Vertx vertx, ClientSSLOptions tls, SocketAddress address) {
    this.client =
        vertx
            .httpClientBuilder()
            .with(new HttpClientConfig().setVersions(HttpVersion.HTTP_2).setSsl(true))
            .with(tls)
            .build();
    this.address = address;
  }

  /** A caller without a certificate, who takes that of any server. */
  public static RawGrpc anonymous(Vertx vertx, SocketAddress address) {
    return new RawGrpc(
        vertx,
        new ClientSSLOptions()
            .setTrustAll(true)
            .setHostnameVerificationAlgorithm("")
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
            .setUseAlpn(true)
            .setApplicationLayerProtocols(List.of("h2")),
        address);
  }

  /** What was answered, and it was within seconds. */
  public record Answer(int http, String status, String accepts) {}

  /** The answer to a call that ends with {@code body}. */
  public Answer call(String path, Buffer body, String... headers) {
    return Await.result(calling(path, body, true, headers));
  }

  /** The answer to a call that does not end. */
  public Answer open(String path, Buffer body) {
    return Await.result(calling(path, body, false));
  }

  /** Begins a call that does not end; what it is answered, where that is within seconds. */
  public Future<Answer> opening(String path, Buffer body) {
    return calling(path, body, false);
  }

  private Future<Answer> calling(String path, Buffer body, boolean end, String... headers) {
    return client
        .request(
            new RequestOptions()
                .setServer(address)
                .setHost("127.0.0.1")
                .setPort(address.port())
                .setMethod(HttpMethod.POST)
                .setURI(path)
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers"))
        .compose(
            request -> {
              for (int i = 0; i < headers.length; i += 2) {
                request.putHeader(headers[i], headers[i + 1]);
              }
              request.setChunked(true);
              Future<?> sent = end ? request.end(body) : request.write(body);
              return sent.compose(done -> request.response());
            })
        .compose(
            response ->
                response
                    .end()
                    .map(
                        done -> {
                          MultiMap head = response.headers();
                          String inHead = head.get("grpc-status");
                          return new Answer(
                              response.statusCode(),
                              inHead != null ? inHead : response.getTrailer("grpc-status"),
                              String.valueOf(head.get("grpc-accept-encoding")));
                        }))
        .timeout(AT_ONCE_SECONDS, TimeUnit.SECONDS);
  }
}
