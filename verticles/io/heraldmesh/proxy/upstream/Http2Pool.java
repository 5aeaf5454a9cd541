package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.upstream.Circuit.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 connections of one event loop, by target: as few as carry the streams. Connections opened
 * with older credentials get no new streams. Belongs to its event loop.
 */
final class Http2Pool implements Watch.Timed {
  private static final long DECLINED_MILLIS = 60_000;

  private final Connector connector;
  private final TlsClients tls;
  private final Limits limits;
  private final Watch watch;
  private final Lending lending;
  private final Map<Target, List<Http2Upstream>> connections = new HashMap<>();
  private final Map<Target, Long> declined = new HashMap<>();
  private final TakenStreams taken;
  private @Nullable Called called;
  private Instant now;

  Http2Pool(Connector connector, TlsClients tls, Limits limits, Watch watch, Lending lending) {
    this.connector = connector;
    this.tls = tls;
    this.limits = limits;
    this.watch = watch;
    this.lending = lending;
    this.now = tls.now();
    this.taken = new TakenStreams(watch::now);
  }

  /**
   * @param fresh not on a connection that was used before
   */
  void lend(Target target, ResponseSink sink, boolean fresh) {
    for (Http2Upstream connection : connections.getOrDefault(target, List.of())) {
      if (connection.free()
          && !outdated(connection)
          && !isUnused(connection, watch.now())
          && !(fresh && connection.isOpen())) {
        if (connection.isOpen() || lending.enter(target, sink)) {
          connection.lend(sink);
        }
        return;
      }
    }
    lending.open(target, sink, place -> open(target, sink, place));
  }

  private void open(Target target, ResponseSink sink, @Nullable Place place) {
    Http2Upstream connection = new Http2Upstream(target, this, tls.generation(target), place);
    connections.computeIfAbsent(target, t -> new ArrayList<>(1)).add(connection);
    connection.lend(sink);
    connector.open(target, connection);
  }

  /** The server took HTTP/1.1, which can change when it is configured anew. */
  void declined(Target target) {
    declined.put(target, watch.now());
  }

  /** The server of {@code target} takes so many streams on a connection. */
  void takes(Target target, long streams) {
    taken.say(target, streams);
  }

  /** So many it took when it was last asked. */
  long taken(Target target) {
    return taken.of(target);
  }

  /** Requests had better not share connections to {@code target}. */
  boolean isDeclined(Target target) {
    return !declined.isEmpty() && declined.containsKey(target);
  }

  /** A request that waited for {@code connection} does so no longer. */
  void left(Http2Upstream connection) {
    lending.leave(connection.target());
  }

  /** A stream of {@code connection} ended: who waits first has it, or its place. */
  void freed(Http2Upstream connection) {
    while (Lending.isFull(connection.target()) && connection.free()) {
      ResponseSink first = lending.poll(connection.target());
      if (first == null) {
        connection.end();
        return;
      }
      left(connection);
      connection.lend(first);
    }
  }

  /** {@code sink} waits no longer for a connection to be opened; false when it did not. */
  boolean forget(Target target, ResponseSink sink) {
    for (Http2Upstream connection : connections.getOrDefault(target, List.of())) {
      if (connection.forget(sink)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Closes one of {@code circuit} that carries nothing; false when there is none.
   *
   * @param busy of those that carry something, one gets no more streams
   */
  boolean closeOne(Circuit circuit, boolean busy) {
    Http2Upstream one = null;
    for (Http2Upstream connection : all()) {
      if (connection.target().circuit() == circuit) {
        if (connection.carriesNothing()) {
          connection.end();
          return true;
        }
        one = connection;
      }
    }
    if (one != null && busy) {
      one.end();
    }
    return false;
  }

  int headerListBytes() {
    return limits.ofProxies().headerListBytes();
  }

  long now() {
    return watch.now();
  }

  void remove(Http2Upstream connection) {
    List<Http2Upstream> of = connections.get(connection.target());
    if (of != null) {
      of.remove(connection);
      if (of.isEmpty()) {
        connections.remove(connection.target());
        taken.left(connection.target());
      }
    }
  }

  /** What leads elsewhere is closed. */
  void retain(Called current) {
    called = current;
  }

  private boolean isGone(Target target) {
    return called != null && !called.has(target);
  }

  /** Closes what carries nothing. */
  void closeIdle() {
    for (Http2Upstream connection : all()) {
      if (connection.carriesNothing()) {
        connection.end();
      }
    }
  }

  @Override
  public void check(long nowMillis) {
    now = tls.now();
    declined.values().removeIf(since -> nowMillis - since > DECLINED_MILLIS);
    taken.forget(connections.keySet());
    for (Http2Upstream connection : all()) {
      if (outdated(connection) || isGone(connection.target()) || isUnused(connection, nowMillis)) {
        connection.end();
      }
    }
  }

  private boolean isUnused(Http2Upstream connection, long nowMillis) {
    return connection.carriesNothing()
        && Age.unused(connection.target(), connection.idleSince(), nowMillis, limits);
  }

  private List<Http2Upstream> all() {
    return connections.values().stream().flatMap(List::stream).toList();
  }

  private boolean outdated(Http2Upstream connection) {
    return connection.generation() != tls.generation(connection.target())
        || connection.isOpen()
            && (Age.over(connection.target(), connection.opened(), watch.now())
                || connection.proofIsOver(now));
  }
}
