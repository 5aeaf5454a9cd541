package io.heraldmesh.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The node's metrics in Prometheus text, at {@code /metrics} and Istio's {@code /stats/prometheus}.
 * Whoever asks while a scrape runs gets the same text; it is sent as fast as each client takes it.
 */
public final class MetricsServer {
  /** Clients that are being answered; one more gets 503. */
  private static final int MOST_ANSWERS = 16;

  private static final int MOST_CONNECTIONS = 64;

  /** Whoever else asks, a client that holds as many as it can leaves room for others. */
  private static final int MOST_OF_ADDRESS = 32;

  private static final int CHUNK = 16 * 1024;

  /** Said without a weight, or with one that is not zero. */
  private static final Pattern TAKES_GZIP =
      Pattern.compile("(?i)(?:^|,)\\s*gzip\\s*(?:;\\s*q=(?:1|0\\.0*[1-9])[^,]*)?(?:,|$)");

  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;
  private final ClientBounds clients;
  private final AtomicInteger answers = new AtomicInteger();

  /** Runs, or is kept until the next. */
  private @Nullable Future<MetricsText> last;

  public MetricsServer(Vertx vertx, PrometheusMeterRegistry registry) {
    this(vertx, registry, new ClientBounds(vertx, MOST_CONNECTIONS, MOST_OF_ADDRESS));
  }

  MetricsServer(Vertx vertx, PrometheusMeterRegistry registry, ClientBounds clients) {
    this.vertx = vertx;
    this.registry = registry;
    this.clients = clients;
  }

  /** Binds; the result knows the actual port. Fails when the address is in use. */
  public Future<HttpServer> listen(SocketAddress address) {
    return clients.server(this::answer).listen(address);
  }

  private void answer(HttpServerRequest request) {
    String path = String.valueOf(request.path());
    if (!path.equals("/metrics") && !path.equals("/stats/prometheus")) {
      request.response().setStatusCode(404).end();
    } else if (!request.method().equals(HttpMethod.GET)) {
      request.response().setStatusCode(405).putHeader("allow", "GET").end();
    } else if (answers.incrementAndGet() > MOST_ANSWERS) {
      answers.decrementAndGet();
      request.response().setStatusCode(503).putHeader("connection", "close").end();
    } else {
      Context here = vertx.getOrCreateContext();
      scrape()
          .onComplete(
              text -> here.runOnContext(now -> begin(request, text, here)),
              failure -> here.runOnContext(now -> fail(request.response())));
    }
  }

  /** The one that runs, or else a new one: off the event loop. */
  private synchronized Future<MetricsText> scrape() {
    Future<MetricsText> running = last;
    if (running == null || running.isComplete()) {
      running = vertx.executeBlocking(() -> MetricsText.of(registry));
      last = running;
    }
    return running;
  }

  private void begin(HttpServerRequest request, MetricsText text, Context here) {
    String encodings = request.getHeader("accept-encoding");
    boolean gzip = encodings != null && TAKES_GZIP.matcher(encodings).find();
    HttpServerResponse response = request.response();
    try {
      InputStream from = text.open(gzip);
      response
          .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
          .putHeader("vary", "accept-encoding")
          .putHeader("content-length", Long.toString(text.length(gzip)));
      if (gzip) {
        response.putHeader("content-encoding", "gzip");
      }
      send(response, from, here);
    } catch (IOException e) {
      fail(response);
    }
  }

  /** The next of it, when the client has taken what was before; it may be gone. */
  private void send(HttpServerResponse response, InputStream from, Context here) {
    try {
      byte[] next = from.readNBytes(CHUNK);
      if (next.length == 0) {
        response.end().onComplete(ended -> over(from));
      } else {
        response
            .write(Buffer.buffer(next))
            .onComplete(
                written -> here.runOnContext(now -> send(response, from, here)),
                gone -> over(from));
      }
    } catch (IOException e) {
      response.reset();
      over(from);
    }
  }

  private void over(InputStream from) {
    answers.decrementAndGet();
    try {
      from.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fail(HttpServerResponse response) {
    answers.decrementAndGet();
    response.setStatusCode(500).end();
  }
}
