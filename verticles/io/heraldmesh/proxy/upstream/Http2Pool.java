package io.heraldmesh.proxy.upstream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 connections of one event loop, by target: as few as carry the streams. Connections opened
 * with older credentials get no new streams. Belongs to its event loop.
 */
final class Http2Pool implements Watch.Timed {
  private final Connector connector;
  private final TlsClients tls;
  private final long idleMillis;
  private final Watch watch;
  private final Map<Target, List<Http2Upstream>> connections = new HashMap<>();
  private @Nullable Set<Target> called;

  Http2Pool(Connector connector, TlsClients tls, long idleMillis, Watch watch) {
    this.connector = connector;
    this.tls = tls;
    this.idleMillis = idleMillis;
    this.watch = watch;
  }

  void lend(Target target, ResponseSink sink) {
    List<Http2Upstream> of = connections.computeIfAbsent(target, t -> new ArrayList<>(1));
    for (Http2Upstream connection : of) {
      if (connection.free() && !outdated(connection)) {
        connection.lend(sink);
        return;
      }
    }
    Http2Upstream connection = new Http2Upstream(target, this, tls.generation(target));
    of.add(connection);
    connection.lend(sink);
    connector.open(target, connection);
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
      }
    }
  }

  /** What else mesh TLS leads to is closed. */
  void retain(Set<Target> targets) {
    called = targets;
  }

  /** Closes what carries nothing. */
  void closeIdle() {
    all().forEach(connection -> connection.closeIfIdleSince(Long.MAX_VALUE));
  }

  @Override
  public void check(long nowMillis) {
    for (Http2Upstream connection : all()) {
      boolean over = outdated(connection) || connection.target().isGone(called);
      connection.closeIfIdleSince(over ? Long.MAX_VALUE : nowMillis - idleMillis);
    }
  }

  private List<Http2Upstream> all() {
    return connections.values().stream().flatMap(List::stream).toList();
  }

  private boolean outdated(Http2Upstream connection) {
    return connection.generation() != tls.generation(connection.target());
  }
}
