package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.Limits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
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
  private final Map<Target, ArrayDeque<UpstreamStream>> idle = new HashMap<>();
  private @Nullable Set<Target> called;

  Pool(Connector connector, TlsClients tls, Limits limits, Watch watch) {
    this.connector = connector;
    this.tls = tls;
    this.limits = limits;
    this.watch = watch;
  }

  /**
   * @param fresh open a new connection even when there is an idle one
   */
  void lend(Target target, ResponseSink sink, boolean fresh) {
    UpstreamStream stream = fresh ? null : takeIdle(target);
    if (stream != null) {
      stream.lend(sink, true);
      sink.connected(stream);
    } else {
      open(target, sink);
    }
  }

  void giveBack(UpstreamStream stream) {
    ArrayDeque<UpstreamStream> of =
        idle.computeIfAbsent(stream.target(), target -> new ArrayDeque<>());
    if (outdated(stream) || of.size() >= limits.idlePerDestination()) {
      stream.close();
      return;
    }
    stream.idleSince(watch.now());
    of.addLast(stream);
  }

  void remove(UpstreamStream stream) {
    ArrayDeque<UpstreamStream> of = idle.get(stream.target());
    if (of != null) {
      of.remove(stream);
      if (of.isEmpty()) {
        idle.remove(stream.target());
      }
    }
  }

  /** What else mesh TLS leads to is closed. */
  void retain(Set<Target> targets) {
    called = targets;
  }

  /** Closes what nobody uses. */
  void closeIdle() {
    Map<Target, ArrayDeque<UpstreamStream>> all = new HashMap<>(idle);
    idle.clear();
    all.values().forEach(of -> of.forEach(UpstreamStream::close));
  }

  @Override
  public void check(long nowMillis) {
    long oldest = nowMillis - limits.upstreamIdle().toMillis();
    Iterator<Map.Entry<Target, ArrayDeque<UpstreamStream>>> all = idle.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Target, ArrayDeque<UpstreamStream>> one = all.next();
      ArrayDeque<UpstreamStream> of = one.getValue();
      boolean gone = one.getKey().isGone(called);
      of.removeIf(
          stream -> {
            boolean over = gone || stream.idleSince() < oldest || outdated(stream);
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

  private @Nullable UpstreamStream takeIdle(Target target) {
    ArrayDeque<UpstreamStream> of = idle.get(target);
    while (of != null && !of.isEmpty()) {
      UpstreamStream stream = of.removeLast();
      if (stream.usable() && !outdated(stream)) {
        return stream;
      }
      stream.close();
    }
    return null;
  }

  private boolean outdated(UpstreamStream stream) {
    return stream.generation() != tls.generation(stream.target());
  }

  private void open(Target target, ResponseSink sink) {
    UpstreamStream stream = new UpstreamStream(target, this, tls.generation(target));
    stream.lend(sink, false);
    connector.open(
        target,
        new Opened() {
          @Override
          public void ready(Channel channel) {
            ChannelPipeline pipeline = channel.pipeline();
            pipeline.addLast(new ResponseDecoder(limits, stream), new RequestEncoder(), stream);
            sink.connected(stream);
          }

          @Override
          public void failed(UpstreamFailure failure) {
            sink.failed(failure);
          }
        });
  }
}
