package io.heraldmesh.link;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes connections of clients that show no certificate and have had nothing answered for a while:
 * a call that does not end keeps none open. Thread-safe; each connection is looked after on its
 * event loop.
 */
final class SilentCallers {
  private final Vertx vertx;
  private final Duration within;
  private final Map<HttpConnection, Caller> callers = new ConcurrentHashMap<>();

  /**
   * @param within for a call to come whole, from the beginning or from the last answer
   */
  SilentCallers(Vertx vertx, Duration within) {
    this.vertx = vertx;
    this.within = within;
  }

  /** Of one connection. */
  private static final class Caller {
    final Set<HttpServerRequest> unanswered = new HashSet<>();
    long since = System.nanoTime();
    long timer;
  }

  /** Looks after {@code connection} until it is {@link #gone}. */
  void watch(HttpConnection connection) {
    Caller caller = new Caller();
    callers.put(connection, caller);
    again(connection, caller, within);
  }

  void asked(HttpServerRequest request) {
    Caller caller = callers.get(request.connection());
    if (caller != null) {
      caller.unanswered.add(request);
    }
  }

  void answered(HttpServerRequest request) {
    Caller caller = callers.get(request.connection());
    if (caller != null && caller.unanswered.remove(request)) {
      caller.since = System.nanoTime();
    }
  }

  void gone(HttpConnection connection) {
    Caller caller = callers.remove(connection);
    if (caller != null) {
      vertx.cancelTimer(caller.timer);
    }
  }

  private void look(HttpConnection connection, Caller caller) {
    Duration left = within.minusNanos(System.nanoTime() - caller.since);
    if (left.isPositive()) {
      again(connection, caller, left);
    } else if (caller.unanswered.stream().anyMatch(HttpServerRequest::isEnded)) {
      again(connection, caller, within); // that it takes long is not the caller's fault
    } else {
      callers.remove(connection);
      connection.close();
    }
  }

  private void again(HttpConnection connection, Caller caller, Duration wait) {
    caller.timer = vertx.setTimer(wait.toMillis() + 1, late -> look(connection, caller));
  }
}
