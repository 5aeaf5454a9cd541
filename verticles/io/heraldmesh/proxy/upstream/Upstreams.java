package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.filter.Permit;
import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Circuit.Place;
import io.heraldmesh.tls.EventLoops;
import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.Originations;
import io.heraldmesh.tls.PeerRefused;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every way out of this proxy. Nothing passes without a {@link Permit}. */
public final class Upstreams {
  private final TlsClients tls;
  private final Map<EventExecutor, Loop> perLoop;

  /** What one event loop owns. */
  private record Loop(Watch watch, Connector connector, Pool pool, Http2Pool http2) {
    boolean shares(Target target, Target shared) {
      return !pool.prefers(target) && !http2.isDeclined(shared);
    }
  }

  public Upstreams(
      EventLoops loops,
      MeshTls mesh,
      Originations originations,
      Limits limits,
      DialGuard guard,
      Overload overload) {
    Buffering buffering = new Buffering(overload);
    this.tls = new TlsClients(mesh, originations);
    Map<EventExecutor, Loop> all = new HashMap<>();
    for (EventExecutor executor : loops.all()) {
      EventLoop loop = (EventLoop) executor;
      Watch watch = new Watch(loop);
      Connector connector = new Connector(loops, loop, tls, limits, guard, watch, buffering);
      Lending lending = new Lending(loop, circuit -> makeRoom(circuit, loop));
      Pool pool = new Pool(connector, tls, limits, watch, lending);
      Http2Pool http2 = new Http2Pool(connector, tls, limits, watch, lending);
      loop.execute(
          () -> {
            watch.add(pool);
            watch.add(http2);
          });
      all.put(loop, new Loop(watch, connector, pool, http2));
    }
    this.perLoop = Map.copyOf(all);
  }

  /**
   * Finds a way to {@code target} for one request; {@code sink} hears of everything that comes of
   * it. Call it on {@code loop}.
   *
   * @param permit proves that this request was authorized
   * @param fresh not on a connection that was used before
   */
  public void forward(
      Permit permit, Target target, EventLoop loop, ResponseSink sink, boolean fresh) {
    require(permit);
    Loop here = of(loop);
    Target shared = target.http2() ? target : target.shared();
    if (shared != null && (target.http2() || here.shares(target, shared))) {
      here.http2.lend(shared, sink, fresh);
    } else {
      here.pool.lend(target, sink, fresh);
    }
  }

  /**
   * Opens a connection of its own to {@code target} for bytes. Call it on {@code loop}.
   *
   * @param permit proves that this connection was authorized
   */
  public void tunnel(Permit permit, Target target, EventLoop loop, Opened opened) {
    require(permit);
    Circuit circuit = target.circuit();
    Place place = circuit == null ? null : circuit.take();
    if (circuit == null || place != null) {
      of(loop).connector.open(target, place == null ? opened : placed(opened, place));
    } else {
      opened.failed(Lending.overflow(target, "enough connections are open"));
    }
  }

  private static Opened placed(Opened opened, Place place) {
    return new Opened() {
      @Override
      public void ready(Channel channel) {
        place.freeWith(channel);
        opened.ready(channel);
      }

      @Override
      public void failed(UpstreamFailure failure) {
        place.free();
        opened.failed(failure);
      }
    };
  }

  /** {@code sink} was forwarded to {@code target}, and no longer waits for a connection. */
  public void forget(Target target, EventLoop loop, ResponseSink sink) {
    Circuit circuit = target.circuit();
    Target shared = target.http2() ? target : target.shared();
    if (circuit != null && (shared == null || !of(loop).http2.forget(shared, sink))) {
      circuit.forget(sink);
    }
  }

  /** What carries nothing makes way for who waits, on whichever loop it is. */
  private void makeRoom(Circuit circuit, EventLoop waiter) {
    perLoop.forEach(
        (loop, state) ->
            loop.execute(
                () -> {
                  if (circuit.full() && !state.pool.closeOne(circuit)) {
                    state.http2.closeOne(circuit, !waiter.inEventLoop());
                  }
                }));
  }

  /** Rises when what is trusted outside of the mesh changes. Thread-safe. */
  public long filesGeneration() {
    return tls.filesGeneration();
  }

  /**
   * Looks whether a connection that is open has proved what calls of {@code host} ask for now.
   *
   * @param route where they go now
   * @return false when that cannot be told yet
   * @throws PeerRefused when it has not
   */
  public boolean check(Route route, String host, Channel connection) throws PeerRefused {
    return tls.check(route, host, connection);
  }

  /** Says what may be called from now on. Thread-safe. */
  public void retain(Called called) {
    perLoop.forEach(
        (loop, state) ->
            loop.execute(
                () -> {
                  state.pool.retain(called);
                  state.http2.retain(called);
                }));
  }

  /** The timeouts of {@code loop}. */
  public Watch watch(EventLoop loop) {
    return of(loop).watch;
  }

  /** Closes connections that carry nothing, and ends the timers. */
  public void close() {
    perLoop.forEach(
        (loop, state) ->
            loop.execute(
                () -> {
                  state.pool.closeIdle();
                  state.http2.closeIdle();
                  state.watch.close();
                }));
  }

  private Loop of(EventLoop loop) {
    Loop state = perLoop.get(loop);
    if (state == null) {
      throw new IllegalStateException("not one of this data path's event loops");
    }
    return state;
  }

  private static void require(@Nullable Permit permit) {
    if (permit == null) {
      throw new IllegalStateException("nothing is forwarded without a permit");
    }
  }
}
