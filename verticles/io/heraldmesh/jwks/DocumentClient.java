package io.heraldmesh.jwks;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Gets one document over https from an address that may be wrong, slow or hostile: one request on a
 * fresh connection, status 200 only, no redirects, a limit on size and on time.
 */
final class DocumentClient {
  private final AddressGuard guard;
  private final int maxBytes;
  private final WorkerExecutor names;

  /** Kept in a field: a client that nothing refers to is closed under its requests. */
  private final ServerClients clients;

  /**
   * @param names looks names up; apart from what else blocks, since a resolver may hang
   */
  DocumentClient(Vertx vertx, KeySetSettings settings, WorkerExecutor names) {
    this.guard = new AddressGuard(settings.reach());
    this.maxBytes = settings.maxBytes();
    this.names = names;
    this.clients = new ServerClients(vertx, settings.reach());
  }

  /**
   * Fails with {@link FetchFailure} and nothing else.
   *
   * @param timeout for all of it: name, connection, answer
   */
  Future<Document> get(String address, Duration timeout) {
    Promise<HttpClientRequest> open = Promise.promise();
    return uri(address)
        .compose(
            uri ->
                resolve(uri)
                    .compose(ips -> connect(uri, ips, timeout))
                    .onSuccess(open::tryComplete)
                    .compose(request -> request.send().compose(r -> body(request, r))))
        .timeout(timeout)
        .onFailure(cause -> open.future().onSuccess(HttpClientRequest::reset))
        .recover(cause -> Future.failedFuture(failure(cause, timeout)));
  }

  Future<Void> close() {
    return clients.close();
  }

  private static Future<FetchUri> uri(String address) {
    try {
      return Future.succeededFuture(FetchUri.parse(address));
    } catch (FetchFailure e) {
      return Future.failedFuture(e);
    }
  }

  /**
   * Resolved here, and the connection made to an address that was checked, so that no second answer
   * can slip in between.
   */
  private Future<List<InetAddress>> resolve(FetchUri uri) {
    return names.executeBlocking(
        () -> {
          var _ = clients.of(uri); // here, where it may block
          return guard.check(InetAddress.getAllByName(uri.host()));
        },
        /* ordered= */ false);
  }

  /** The first that accepts a connection; a server that does and then fails is final. */
  private Future<HttpClientRequest> connect(FetchUri uri, List<InetAddress> ips, Duration timeout) {
    Future<HttpClientRequest> first =
        clients.of(uri).request(request(uri, ips.getFirst(), timeout));
    return ips.size() == 1
        ? first
        : first.recover(
            cause ->
                cause instanceof java.net.ConnectException
                    ? connect(uri, ips.subList(1, ips.size()), timeout)
                    : Future.failedFuture(cause));
  }

  private static RequestOptions request(FetchUri uri, InetAddress ip, Duration timeout) {
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setServer(SocketAddress.inetSocketAddress(uri.port(), ip.getHostAddress()))
        .setHost(uri.host())
        .setPort(uri.port())
        .setSsl(true)
        .setURI(uri.target())
        .setFollowRedirects(false)
        .setConnectTimeout(Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE))
        .putHeader("accept", "application/json");
  }

  private Future<Document> body(HttpClientRequest request, HttpClientResponse response) {
    if (response.statusCode() != 200) {
      response.exceptionHandler(ignored -> {}); // the reset is ours
      request.reset();
      return Future.failedFuture(
          new FetchFailure("server answered with status " + response.statusCode()));
    }
    Duration maxAge = Document.maxAge(response.getHeader("cache-control"));
    Promise<Document> body = Promise.promise();
    Buffer received = Buffer.buffer();
    response.handler(
        part -> {
          if (received.length() + part.length() > maxBytes) {
            body.tryFail(new FetchFailure("answer is larger than " + maxBytes + " bytes"));
            request.reset();
          } else {
            received.appendBuffer(part);
          }
        });
    response.exceptionHandler(body::tryFail);
    response.endHandler(
        end -> {
          try {
            body.tryComplete(new Document(text(received), maxAge));
          } catch (CharacterCodingException e) {
            body.tryFail(new FetchFailure("answer is not UTF-8"));
          }
        });
    return body.future();
  }

  private static String text(Buffer received) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(received.getBytes()))
        .toString();
  }

  private static FetchFailure failure(Throwable cause, Duration timeout) {
    return switch (cause) {
      case FetchFailure known -> known;
      case TimeoutException e -> new FetchFailure("no answer within " + timeout.toMillis() + " ms");
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
