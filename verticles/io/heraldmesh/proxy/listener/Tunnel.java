package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.ConnectionLimits.Lifetimes;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.filter.Permit;
import io.heraldmesh.proxy.log.AccessEntry;
import io.heraldmesh.proxy.log.CalledService;
import io.heraldmesh.proxy.log.TcpMeters;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.Shed;
import io.heraldmesh.proxy.upstream.Choice;
import io.heraldmesh.proxy.upstream.Opened;
import io.heraldmesh.proxy.upstream.Reading;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Two connections whose bytes go to each other, counted and logged as one. Belongs to the event
 * loop that both share.
 */
final class Tunnel implements Watch.Timed {
  /** Flag of what was let in and had to end. */
  static final String WITHDRAWN = "withdrawn";

  private static final long COUNT_MILLIS = 5_000;

  /** What is on its way when a tunnel's time is up may still arrive for so long. */
  private static final long LINGER_MILLIS = 5_000;

  private final ListenerContext context;
  private final Channel client;
  private final Origin origin;
  private final CalledService called;
  private final Instant start;
  private final long startNanos = System.nanoTime();
  private final Watch watch;
  private @Nullable Choice choice;
  private @Nullable Permit permit;
  private @Nullable Pipe in;
  private @Nullable Pipe out;
  private @Nullable Ends ends;
  private @Nullable Standing standing;
  private @Nullable Reason withdrawal;

  /** Why it was cut, where that is no withdrawal. */
  private String flag = "-";

  private @Nullable TcpMeters meters;
  private long countedIn;
  private long countedOut;
  private long countedAt;
  private long openedAt;
  private long endedAt;
  private boolean over;

  Tunnel(ListenerContext context, Channel client, Origin origin, CalledService called) {
    this.context = context;
    this.client = client;
    this.origin = origin;
    this.called = called;
    this.start = context.clock().instant();
    this.watch = context.upstreams().watch(client.eventLoop());
  }

  /** Closes the client without a byte. */
  void refuse(Reason reason, String flag) {
    context.telemetry().refused(entry(reason, flag, true));
    client.close();
  }

  /** Logs why a connection for requests has to end. */
  void log(Reason reason, String flag) {
    context.telemetry().ended(entry(reason, flag, true));
  }

  /**
   * Connects and pipes.
   *
   * @param onOpen runs when the other side is there, before the first byte passes
   * @param onFailure takes the place of closing the client without a byte
   */
  void open(Permit granted, Choice to, Runnable onOpen, Consumer<UpstreamFailure> onFailure) {
    permit = granted;
    choice = to;
    if (!to.begin()) {
      onFailure.accept(
          new UpstreamFailure(
              UpstreamFailure.OVERFLOW, called.service() + " is called enough already"));
      return;
    }
    client.config().setAutoRead(false);
    client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    Holding holding = new Holding();
    client.pipeline().addLast(holding);
    context
        .upstreams()
        .tunnel(
            granted,
            to.target(),
            client.eventLoop(),
            new Opened() {
              @Override
              public void ready(Channel channel) {
                join(granted, to, channel, holding, onOpen);
              }

              @Override
              public void failed(UpstreamFailure failure) {
                to.end(UpstreamFailure.isEndpoints(failure.flag()) ? 503 : 0);
                if (client.pipeline().context(holding) != null) { // the client may be gone
                  client.pipeline().remove(holding);
                }
                onFailure.accept(failure);
              }
            });
  }

  /** Connects and pipes, or closes the client. */
  void open(Permit granted, Choice to) {
    open(
        granted,
        to,
        () -> {},
        failure -> refuse(new Reason(failure.flag(), failure.detail()), failure.flag()));
  }

  /** The connection to the other side; null while there is none yet. */
  @Nullable Channel upstream() {
    Ends both = ends;
    return both == null ? null : both.upstream();
  }

  /** Ends this when {@code standing} is withdrawn. */
  void guard(Standing granted) {
    standing = granted;
    Guard.over(client, watch, granted, context.clock(), why -> withdrawal = why);
  }

  /** One of the two is closed: the other is what is left, until it has taken what it was sent. */
  private void closed() {
    Ends both = ends;
    if (over || both == null) {
      return;
    }
    if (!both.areClosed()) {
      if (withdrawal != null) {
        both.cut();
      }
      return;
    }
    over = true;
    Choice to = choice;
    if (to != null) {
      to.end(200);
    }
    watch.remove(this);
    count();
    Permit granted = permit;
    Reason why = withdrawal;
    if (why != null) {
      context.telemetry().closed(entry(why, WITHDRAWN, false));
    } else if (granted != null) {
      context.telemetry().closed(entry(granted.decision().reason(), flag, false));
    }
  }

  @Override
  public void check(long now) {
    Pipe one = in;
    Pipe other = out;
    Ends both = ends;
    if (one == null || other == null || both == null) {
      return;
    }
    long last = Math.max(one.lastRead(), other.lastRead());
    long untaken = Math.max(one.heldUp(now), other.heldUp(now));
    if (both.areClosed()) {
      closed();
    } else if (isWithdrawn(both) || endedAt > 0 && now - endedAt > LINGER_MILLIS) {
      both.cut();
    } else if (standsStill(both, now - last, untaken)) {
      context.overload().shed(Shed.STALLED);
      flag = Admission.OVERLOADED;
      both.cut();
    } else if (endedAt == 0 && isSilent(now - last)) {
      flag = "idle";
      end(now);
    } else if (endedAt == 0 && isOldEnough(now)) {
      end(now);
    } else if (now - countedAt >= COUNT_MILLIS) {
      countedAt = now;
      count();
    }
  }

  /** Of a client that is gone nothing else looks at what allowed it. */
  private boolean isWithdrawn(Ends both) {
    Standing granted = standing;
    if (withdrawal == null && granted != null && !both.client().isActive()) {
      withdrawal = granted.withdrawn(context.clock().instant());
    }
    return withdrawal != null;
  }

  /** One side does not take what the proxy holds for it, while memory is short. */
  private boolean standsStill(Ends both, long waited, long untaken) {
    boolean full = !(both.client().isWritable() && both.upstream().isWritable());
    return context.overload().saving()
        && (untaken > Overload.PATIENCE_MILLIS || full && waited > Overload.PATIENCE_MILLIS);
  }

  /** By what the destination says, or else by the proxy's own bound; zero is none. */
  private boolean isSilent(long waited) {
    Duration silent = lifetimes().silent();
    long most = (silent == null ? context.limits().streamIdle() : silent).toMillis();
    Ends both = ends;
    if (most == 0 && both != null && !(both.client().isActive() && both.upstream().isActive())) {
      most = context.limits().streamIdle().toMillis(); // nobody waits for ever to be read
    }
    return most > 0 && waited > most;
  }

  /** By what the destination says. */
  private boolean isOldEnough(long now) {
    Duration whole = lifetimes().whole();
    return whole != null && now - openedAt >= whole.toMillis();
  }

  private Lifetimes lifetimes() {
    Choice to = choice;
    return to == null ? Lifetimes.NONE : to.target().limits().lifetimes();
  }

  private void end(long now) {
    endedAt = now;
    client.close();
  }

  /** A connection may live for days, so its bytes are counted while they pass. */
  private void count() {
    Pipe one = in;
    Pipe other = out;
    if (meters != null && one != null && other != null) {
      meters.passed(one.bytes() - countedIn, other.bytes() - countedOut);
      countedIn = one.bytes();
      countedOut = other.bytes();
    }
  }

  private void join(Permit granted, Choice to, Channel channel, Holding holding, Runnable onOpen) {
    if (!client.isActive()) {
      to.end(0);
      channel.close();
      return;
    }
    to.answered(200);
    ends = new Ends(client, channel);
    Pipe fromClient = new Pipe(this::closed, channel, watch, context.overload());
    Pipe fromUpstream = new Pipe(this::closed, client, watch, context.overload());
    in = fromClient;
    out = fromUpstream;
    onOpen.run();
    client.pipeline().addLast(fromClient);
    client.pipeline().remove(holding);
    channel.pipeline().addLast(fromUpstream);
    watch.add(this);
    meters =
        context
            .telemetry()
            .opened(entry(granted.decision().reason(), "-", false), granted.decision().reason());
    countedAt = watch.now();
    openedAt = countedAt;
    Reading.resume(client);
  }

  private AccessEntry entry(Reason reason, String flag, boolean denied) {
    Permit granted = permit;
    String principal = granted == null ? null : granted.decision().principal();
    Pipe fromClient = in;
    Pipe fromUpstream = out;
    Choice to = choice;
    return new AccessEntry(
        start,
        origin.reporter(),
        origin.workload(),
        "tcp",
        null,
        null,
        null,
        0,
        flag,
        reason,
        denied,
        principal == null ? origin.principal() : principal,
        null,
        origin.mutualTls(),
        called,
        origin.address(),
        to == null ? null : to.target().toString(),
        null,
        null,
        null,
        fromClient == null ? 0 : fromClient.bytes(),
        fromUpstream == null ? 0 : fromUpstream.bytes(),
        (System.nanoTime() - startNanos) / 1000);
  }
}
