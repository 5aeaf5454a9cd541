package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.upstream.Circuit.Place;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Idle HTTP/1.1 connections of one event loop, by target; the one used last goes out first.
 * Connections opened with older credentials are not lent again. Belongs to its event loop.
 */
final class Pool implements Watch.Timed {
  private final Connector connector;
  private final TlsClients tls;
  private final Limits limits;
  private final Watch watch;
  private final Lending lending;
  private final Map<Target, ArrayDeque<Http1Upstream>> idle = new HashMap<>();
  private final Map<Target, Integer> open = new HashMap<>();
  private @Nullable Called called;
  private Instant now;

  Pool(Connector connector, TlsClients tls, Limits limits, Watch watch, Lending lending) {
    this.connector = connector;
    this.tls = tls;
    this.limits = limits;
    this.watch = watch;
    this.lending = lending;
    this.now = tls.now();
  }

  /**
   * @param fresh open a new connection even when there is an idle one
   */
  void lend(Target target, ResponseSink sink, boolean fresh) {
    Http1Upstream stream = fresh ? null : takeIdle(target);
    if (stream != null) {
      stream.lend(sink, true);
      sink.connected(stream);
    } else {
      lending.open(target, sink, place -> open(target, sink, place));
    }
  }

  /** A request had better have a connection to {@code target} to itself than share one. */
  boolean prefers(Target target) {
    int apart = target.apart();
    return apart > 0 && (hasIdle(target) || open.getOrDefault(target, 0) < apart);
  }

  void giveBack(Http1Upstream stream) {
    if (outdated(stream)) {
      stream.close();
      return;
    }
    if (Lending.isFull(stream.target())) {
      hand(stream);
      return;
    }
    ArrayDeque<Http1Upstream> of =
        idle.computeIfAbsent(stream.target(), target -> new ArrayDeque<>());
    if (of.size() >= limits.idlePerDestination()) {
      stream.close();
      return;
    }
    stream.idleSince(watch.now());
    of.addLast(stream);
  }

  /** To who waits first, or out of the way of a connection that serves it. */
  private void hand(Http1Upstream stream) {
    ResponseSink first = lending.poll(stream.target());
    if (first == null) {
      stream.close();
    } else {
      lending.leave(stream.target());
      stream.lend(first, true);
      first.connected(stream);
    }
  }

  void remove(Http1Upstream stream) {
    ArrayDeque<Http1Upstream> of = idle.get(stream.target());
    if (of != null) {
      of.remove(stream);
      if (of.isEmpty()) {
        idle.remove(stream.target());
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

  /**
   * Closes one of {@code circuit} that nobody uses; false when there is none. It is out of the pool
   * at once: its place goes to one request that waits, and the next needs another.
   */
  boolean closeOne(Circuit circuit) {
    for (ArrayDeque<Http1Upstream> of : idle.values()) {
      Iterator<Http1Upstream> all = of.iterator();
      while (all.hasNext()) {
        Http1Upstream stream = all.next();
        if (stream.target().circuit() == circuit) {
          all.remove();
          boolean held = stream.usable();
          stream.close();
          if (held) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Closes what nobody uses. */
  void closeIdle() {
    Map<Target, ArrayDeque<Http1Upstream>> all = new HashMap<>(idle);
    idle.clear();
    all.values().forEach(of -> of.forEach(Http1Upstream::close));
  }

  @Override
  public void check(long nowMillis) {
    now = tls.now();
    Iterator<Map.Entry<Target, ArrayDeque<Http1Upstream>>> all = idle.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Target, ArrayDeque<Http1Upstream>> one = all.next();
      ArrayDeque<Http1Upstream> of = one.getValue();
      boolean gone = isGone(one.getKey());
      of.removeIf(
          stream -> {
            boolean over =
                gone
                    || outdated(stream)
                    || Age.unused(stream.target(), stream.idleSince(), nowMillis, limits);
            if (over) {
              stream.close();
            }
            return over;
          });
      if (of.isEmpty()) {
        all.remove();
      }
    }
  }

  private @Nullable Http1Upstream takeIdle(Target target) {
    ArrayDeque<Http1Upstream> of = idle.get(target);
    while (of != null && !of.isEmpty()) {
      Http1Upstream stream = of.removeLast();
      boolean unused = Age.unused(target, stream.idleSince(), watch.now(), limits);
      if (stream.usable() && !unused && !outdated(stream)) {
        return stream;
      }
      stream.close();
    }
    return null;
  }

  private boolean outdated(Http1Upstream stream) {
    return stream.generation() != tls.generation(stream.target())
        || Age.over(stream.target(), stream.opened(), watch.now())
        || Proof.over(stream.channel(), now);
  }

  private void open(Target target, ResponseSink sink, @Nullable Place place) {
    Http1Upstream stream = new Http1Upstream(target, this, tls.generation(target));
    stream.lend(sink, false);
    count(stream);
    connector.open(
        target,
        new Opened() {
          @Override
          public void ready(Channel channel) {
            if (place != null) {
              place.freeWith(channel);
            }
            lending.leave(target);
            stream.opened(watch.now());
            channel.closeFuture().addListener(closed -> uncount(stream));
            ChannelPipeline pipeline = channel.pipeline();
            pipeline.addLast(new ResponseDecoder(limits, stream), new RequestEncoder(), stream);
            sink.connected(stream);
          }

          @Override
          public void failed(UpstreamFailure failure) {
            if (place != null) {
              place.free();
            }
            lending.leave(target);
            uncount(stream);
            sink.failed(failure);
          }
        });
  }

  private boolean hasIdle(Target target) {
    ArrayDeque<Http1Upstream> of = idle.get(target);
    return of != null && !of.isEmpty();
  }

  /** Only those are counted that could be shared instead. */
  private void count(Http1Upstream stream) {
    if (stream.target().shared() != null) {
      stream.counted(true);
      open.merge(stream.target(), 1, Integer::sum);
    }
  }

  /** It is closed, or carries no requests any more. */
  void uncount(Http1Upstream stream) {
    if (stream.counted()) {
      stream.counted(false);
      open.computeIfPresent(stream.target(), (same, count) -> count == 1 ? null : count - 1);
    }
  }
}
