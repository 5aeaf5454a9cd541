package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Http1Upstream;
import io.heraldmesh.proxy.upstream.Reading;
import io.heraldmesh.proxy.upstream.UpstreamStream;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket after its handshake: two connections whose bytes go to each other, for as long as
 * what allowed the handshake stands. Belongs to the event loop that both share.
 */
final class UpgradedConnection implements Watch.Timed {

  /** Hears how it ended. */
  interface End {
    /**
     * @param withdrawn why it had to end; null when one side closed it or nothing passed for long
     * @param flag {@code -} when one side closed it
     */
    void closed(@Nullable Reason withdrawn, String flag, long received, long sent);
  }

  private final Watch watch;
  private final Ends ends;
  private final Standing standing;
  private final InstantSource clock;
  private final long idleMillis;
  private final Overload overload;
  private final End end;
  private final Pipe fromClient;
  private final Pipe fromUpstream;
  private @Nullable Reason withdrawn;
  private String flag = "-";
  private boolean over;

  private UpgradedConnection(
      Channel client, Channel upstream, ListenerContext context, Standing standing, End end) {
    this.watch = context.upstreams().watch(client.eventLoop());
    this.ends = new Ends(client, upstream);
    this.standing = standing;
    this.clock = context.clock();
    this.idleMillis = context.limits().streamIdle().toMillis();
    this.overload = context.overload();
    this.end = end;
    this.fromClient = new Pipe(this::closed, upstream, watch, context.overload());
    this.fromUpstream = new Pipe(this::closed, client, watch, context.overload());
  }

  /** Takes HTTP off both connections and joins them. */
  static void join(HttpServerStream requests, UpstreamStream service, Standing standing, End end) {
    if (!(requests.end() instanceof Http1Client client)
        || !(service instanceof Http1Upstream upstream)) {
      throw new IllegalStateException("only HTTP/1.1 becomes something else");
    }
    UpgradedConnection joined =
        new UpgradedConnection(
            client.channel(), upstream.channel(), requests.context(), standing, end);
    client.stopEncoding();
    upstream.stopEncoding();
    client.leave(joined.fromClient);
    upstream.leave(joined.fromUpstream);
    joined.watch.add(joined);
    Reading.resume(client.channel());
    Reading.resume(upstream.channel());
  }

  @Override
  public void check(long nowMillis) {
    if (ends.areClosed()) {
      closed();
      return;
    }
    long untaken = Math.max(fromClient.heldUp(nowMillis), fromUpstream.heldUp(nowMillis));
    withdrawn = standing.withdrawn(clock.instant());
    if (withdrawn != null) {
      flag = Tunnel.WITHDRAWN;
    } else if (nowMillis - Math.max(fromClient.lastRead(), fromUpstream.lastRead()) > idleMillis) {
      flag = "idle";
    } else if (overload.saving() && standsStill(nowMillis, untaken)) {
      overload.shed(Shed.STALLED);
      flag = Admission.OVERLOADED;
    } else {
      return;
    }
    ends.cut();
  }

  /** One side does not take what is held for it. */
  private boolean standsStill(long nowMillis, long untaken) {
    long last = Math.max(fromClient.lastRead(), fromUpstream.lastRead());
    boolean full = fromClient.isHeldUp() || fromUpstream.isHeldUp();
    return untaken > Overload.PATIENCE_MILLIS
        || full && nowMillis - last > Overload.PATIENCE_MILLIS;
  }

  private void closed() {
    if (!over && ends.areClosed()) {
      over = true;
      watch.remove(this);
      end.closed(withdrawn, flag, fromClient.bytes(), fromUpstream.bytes());
    }
  }
}
