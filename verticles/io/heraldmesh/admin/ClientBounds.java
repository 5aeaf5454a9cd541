package io.heraldmesh.admin;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the clients of one small server may take: how many are connected, in all and from one
 * address, how long each has to ask, and how long to take its answer. Neither time starts anew with
 * what comes or goes meanwhile, so that no client holds a place for ever by an octet now and then.
 * Whoever has had its time is closed, and so is one too many.
 */
final class ClientBounds {
  private static final Duration TO_ASK = Duration.ofSeconds(10);
  private static final Duration TO_TAKE = Duration.ofSeconds(30);
  private static final int IDLE_MILLIS = 10_000;
  private static final int MOST_HEADER_BYTES = 8192;

  private final Vertx vertx;
  private final int most;
  private final int mostOfAddress;
  private final Duration toAsk;
  private final Duration toTake;
  private final AtomicInteger connected = new AtomicInteger();
  private final Map<String, Integer> ofAddress = new ConcurrentHashMap<>();

  /** Of each connection that is open, the timer that ends it. */
  private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();

  /**
   * 10 s from the connection's start, or the last answer's end, until a request's head is there; 30
   * s from then until its answer is taken.
   *
   * @param mostOfAddress of them from one address, loopback too
   */
  ClientBounds(Vertx vertx, int most, int mostOfAddress) {
    this(vertx, most, mostOfAddress, TO_ASK, TO_TAKE);
  }

  ClientBounds(Vertx vertx, int most, int mostOfAddress, Duration toAsk, Duration toTake) {
    this.vertx = vertx;
    this.most = most;
    this.mostOfAddress = mostOfAddress;
    this.toAsk = toAsk;
    this.toTake = toTake;
  }

  /**
   * A server of HTTP/1.1 alone: streams of one connection would have no times of their own.
   *
   * @param answer takes every request
   */
  HttpServer server(Handler<HttpServerRequest> answer) {
    return vertx
        .createHttpServer(options())
        .connectionHandler(this::begun)
        .requestHandler(
            request -> {
              asked(request);
              answer.handle(request);
            });
  }

  /**
   * Closing waits until what was written is taken; a write of which nothing is taken for as long as
   * an answer may take ends the connection all the same, whatever its client sends meanwhile.
   */
  private HttpServerOptions options() {
    return new HttpServerOptions()
        .setHttp2ClearTextEnabled(false)
        .setMaxHeaderSize(MOST_HEADER_BYTES)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setIdleTimeout(IDLE_MILLIS)
        .setWriteIdleTimeout(Math.toIntExact(toTake.toMillis()));
  }

  private void begun(HttpConnection connection) {
    String address = String.valueOf(connection.remoteAddress().hostAddress());
    connection.closeHandler(closed -> ended(connection, address));
    int mine = ofAddress.merge(address, 1, Integer::sum);
    if (connected.incrementAndGet() > most || mine > mostOfAddress) {
      connection.close();
    } else {
      timers.put(connection, timer(connection, toAsk));
    }
  }

  private void asked(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    Long asking = timers.get(connection);
    if (asking == null) {
      return; // closed already
    }
    Long taking = timer(connection, toTake);
    next(connection, asking, taking);
    // the next request may have begun before this is told
    request.response().endHandler(end -> next(connection, taking, timer(connection, toAsk)));
  }

  /** {@code timer} ends it now, if {@code before} did so far. */
  private void next(HttpConnection connection, Long before, Long timer) {
    vertx.cancelTimer(timers.replace(connection, before, timer) ? before : timer);
  }

  private Long timer(HttpConnection connection, Duration time) {
    return vertx.setTimer(time.toMillis(), late -> connection.close());
  }

  private void ended(HttpConnection connection, String address) {
    connected.decrementAndGet();
    ofAddress.computeIfPresent(address, (one, count) -> count == 1 ? null : count - 1);
    Long timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }
}
