package io.heraldmesh.jwks;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeoutException;

/**
 * Gets one document over https or http from an address that may be wrong, slow or hostile: one
 * request on a fresh connection, status 200 only, no redirects, a limit on size and on time.
 */
final class DocumentClient {
  private final Vertx vertx;
  private final KeySetSettings settings;
  private final AddressGuard guard;

  /** Kept in a field: a client that nothing refers to is closed under its requests. */
  private final HttpClient client;

  DocumentClient(Vertx vertx, KeySetSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
    this.guard = new AddressGuard(settings.allowLoopback());
    HttpClientOptions options =
        new HttpClientOptions()
            .setKeepAlive(false)
            .setDecompressionSupported(false)
            .setConnectTimeout(Math.toIntExact(settings.timeout().toMillis()))
            .setVerifyHost(true)
            .setTrustOptions(
                TrustOptions.wrap(
                    TrustRoots.manager(settings.trustRoots(), settings.systemRoots())));
    this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(4));
  }

  /** Fails with {@link FetchFailure} and nothing else. */
  Future<String> get(String address) {
    Promise<HttpClientRequest> open = Promise.promise();
    return uri(address)
        .compose(
            uri ->
                resolve(uri)
                    .compose(ip -> client.request(request(uri, ip)))
                    .onSuccess(open::tryComplete)
                    .compose(request -> request.send().compose(r -> body(request, r))))
        .timeout(settings.timeout())
        .onFailure(cause -> open.future().onSuccess(HttpClientRequest::reset))
        .recover(cause -> Future.failedFuture(failure(cause)));
  }

  Future<Void> close() {
    return client.close();
  }

  private static Future<FetchUri> uri(String address) {
    try {
      return Future.succeededFuture(FetchUri.parse(address));
    } catch (FetchFailure e) {
      return Future.failedFuture(e);
    }
  }

  /**
   * Resolved here, and the connection made to the address that was checked, so that no second
   * answer can slip in between.
   */
  private Future<InetAddress> resolve(FetchUri uri) {
    return vertx.executeBlocking(
        () -> guard.check(InetAddress.getAllByName(uri.host())), /* ordered= */ false);
  }

  private RequestOptions request(FetchUri uri, InetAddress ip) {
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setServer(SocketAddress.inetSocketAddress(uri.port(), ip.getHostAddress()))
        .setHost(uri.host())
        .setPort(uri.port())
        .setSsl(uri.tls())
        .setURI(uri.target())
        .setFollowRedirects(false)
        .putHeader("accept", "application/json");
  }

  private Future<String> body(HttpClientRequest request, HttpClientResponse response) {
    if (response.statusCode() != 200) {
      response.exceptionHandler(ignored -> {}); // the reset is ours
      request.reset();
      return Future.failedFuture(
          new FetchFailure("server answered with status " + response.statusCode()));
    }
    Promise<String> body = Promise.promise();
    Buffer received = Buffer.buffer();
    response.handler(
        part -> {
          if (received.length() + part.length() > settings.maxBytes()) {
            body.tryFail(
                new FetchFailure("answer is larger than " + settings.maxBytes() + " bytes"));
            request.reset();
          } else {
            received.appendBuffer(part);
          }
        });
    response.exceptionHandler(body::tryFail);
    response.endHandler(end -> decode(received, body));
    return body.future();
  }

  private static void decode(Buffer received, Promise<String> body) {
    try {
      body.tryComplete(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(received.getBytes()))
              .toString());
    } catch (CharacterCodingException e) {
      body.tryFail(new FetchFailure("answer is not UTF-8"));
    }
  }

  private FetchFailure failure(Throwable cause) {
    return switch (cause) {
      case FetchFailure known -> known;
      case TimeoutException e ->
          new FetchFailure("no answer within " + settings.timeout().toMillis() + " ms");
      case java.net.UnknownHostException e -> new FetchFailure("host name is not known");
      case javax.net.ssl.SSLException e -> new FetchFailure("TLS handshake failed: " + root(e));
      case java.net.ConnectException e -> new FetchFailure("connection refused or not possible");
      default -> new FetchFailure("fetch failed: " + cause.getClass().getSimpleName());
    };
  }

  /** What the JDK's certificate check says, below the wrappers. */
  private static String root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return (root.getClass().getSimpleName() + " " + root.getMessage()).replaceAll("[^ -~]", "?");
  }
}
