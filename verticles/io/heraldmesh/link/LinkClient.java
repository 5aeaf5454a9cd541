package io.heraldmesh.link;

import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.tls.PartTls;
import io.heraldmesh.tls.PeerRefused;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's link to the control plane: while it is attached to some control node, the services of
 * {@link LinkAddresses} answer on this node's own bus as if they ran here; otherwise they are
 * unreachable. Comes back by itself, to any of the control nodes, and moves to a new stream when
 * the node's identity was renewed, or to another control node when nobody answers behind the one
 * that it is attached to. Thread-safe.
 */
public final class LinkClient {
  /** What a bus of the node should wait for an answer; what is lost is known long before. */
  public static final Duration ANSWER_WITHIN = LinkLimits.ANSWER_WITHIN;

  private static final Logger LOG = LoggerFactory.getLogger(LinkClient.class);
  private static final Set<HeraldRole> CONTROL =
      EnumSet.of(HeraldRole.CONFIG, HeraldRole.CA, HeraldRole.ADMIN);
  private static final Duration FIRST_RETRY = Duration.ofMillis(250);

  /** The longest that a node waits before it tries to attach again, unless too many come. */
  public static final Duration LAST_RETRY = Duration.ofSeconds(8);

  private static final int CONNECT_MILLIS = 5000;
  private static final long TICK_MILLIS = 1000;

  private final Vertx vertx;
  private final SvidSource identity;
  private final PeerVerifier verifier;
  private final InstantSource clock;
  private final List<SocketAddress> to;
  private final int schemaLevel;
  private final String version;
  private final Context context;
  private final Backoff backoff;
  private final Unanswered unanswered;
  private final List<MessageConsumer<Object>> consumers = new ArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> rootsListeners = new CopyOnWriteArrayList<>();
  private volatile LinkStatus status = new LinkStatus(null, null, null, null, null);
  private @Nullable LinkStream current;
  private @Nullable LinkStream coming;
  private int next;

  /** No new stream in the place of one that goes on before this. */
  private long renewAt = System.nanoTime();

  /** The roots that the control node was looked at with last; null: not since it was attached. */
  private @Nullable TrustBundle judged;

  /** Not before this. */
  private long judgeFrom;

  /** The control node's certificate has ended since the link began. */
  private boolean outdated;

  private boolean open;
  private long timer = -1;

  /**
   * @param identity whose certificate is shown, and whose roots and trust domain control nodes must
   *     belong to
   * @param to control nodes; any will do
   * @param schemaLevel the highest that this node understands
   * @param version of this software
   */
  public LinkClient(
      Vertx vertx,
      SvidSource identity,
      Crypto crypto,
      InstantSource clock,
      Random random,
      List<SocketAddress> to,
      int schemaLevel,
      String version,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.identity = identity;
    this.verifier = new PeerVerifier(crypto);
    this.clock = clock;
    List<SocketAddress> shuffled = new ArrayList<>(new LinkedHashSet<>(to));
    Collections.shuffle(shuffled, random);
    this.to = shuffled.stream().map(GrpcAddress::of).toList();
    this.schemaLevel = schemaLevel;
    this.version = version;
    this.context = vertx.getOrCreateContext();
    this.backoff = new Backoff(FIRST_RETRY, LAST_RETRY, random);
    this.unanswered = new Unanswered(random, System::nanoTime);
    Gauge.builder("herald_link_up", this, l -> l.status().attached() ? 1 : 0).register(meters);
  }

  /** How the link stands. */
  public LinkStatus status() {
    return status;
  }

  /** Calls {@code listener} each time the node attached, from now on. */
  public void onAttached(Runnable listener) {
    listeners.add(listener);
  }

  /** Calls {@code listener} each time a control node says that there are other roots. */
  public void onRootsChanged(Runnable listener) {
    rootsListeners.add(listener);
  }

  /** Answers on the node's bus from now on, and begins to connect. */
  public Future<Void> start() {
    for (String address : LinkAddresses.askedBy(HeraldRole.NODE)) {
      MessageConsumer<Object> consumer = vertx.eventBus().localConsumer(address);
      consumer.handler(message -> context.runOnContext(v -> ask(message)));
      consumers.add(consumer);
    }
    context.runOnContext(
        v -> {
          open = true;
          timer = vertx.setPeriodic(TICK_MILLIS, tick -> tick());
          connect();
        });
    return Future.succeededFuture();
  }

  /** Leaves; what waits for an answer fails. */
  public Future<Void> close() {
    consumers.forEach(MessageConsumer::unregister);
    return Future.future(
        done ->
            context.runOnContext(
                v -> {
                  open = false;
                  vertx.cancelTimer(timer);
                  for (LinkStream stream : new LinkStream[] {current, coming}) {
                    if (stream != null) {
                      stream.end("the node stops");
                    }
                  }
                  done.complete();
                }));
  }

  private void ask(Message<Object> message) {
    LinkStream stream = current;
    if (stream == null) {
      message.fail(BusFailure.UNREACHABLE.code(), "not attached to a control node");
    } else {
      stream.ask(message);
    }
  }

  private void connect() {
    if (!open || coming != null) {
      return;
    }
    HeraldSvid svid = identity.svid();
    LinkStream stream = new LinkStream(vertx, context, svid, address(), this);
    coming = stream;
    stream.open(() -> options(svid), schemaLevel, version);
  }

  private SocketAddress address() {
    return to.get(Math.floorMod(next, to.size()));
  }

  private HttpClientOptions options(HeraldSvid svid) {
    return new PartTls(svid.key(), svid.chain(), identity.bundle(), verifier, clock)
        .http2Client(id -> control(svid.id(), id))
        .setConnectTimeout(CONNECT_MILLIS);
  }

  private static boolean control(SpiffeId own, SpiffeId server) {
    return server.trustDomain().equals(own.trustDomain())
        && server.herald().filter(h -> CONTROL.contains(h.role())).isPresent();
  }

  /** The control node took the node in. */
  void greeted(LinkStream stream, String control) {
    LinkStream before = current;
    current = stream;
    coming = null;
    backoff.succeeded();
    unanswered.attached();
    judged = null;
    outdated = false;
    // What it was let in with was looked at just now.
    judgeFrom = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    status =
        new LinkStatus(
            control, String.valueOf(stream.address()), clock.instant(), null, unanswered.address());
    LOG.info("link attached control={} address={}", control, stream.address());
    if (before != null) {
      before.drain();
    }
    listeners.forEach(Runnable::run);
  }

  /** A control node says so. */
  void rootsChanged() {
    rootsListeners.forEach(Runnable::run);
  }

  /** A stream ended, or never came to be. */
  void gone(LinkStream stream, String why) {
    if (stream.crowded()) {
      backoff.crowded();
    }
    boolean came = stream == coming;
    if (came) {
      coming = null;
    }
    if (stream == current) {
      current = null;
      status = new LinkStatus(null, null, clock.instant(), why, null);
      LOG.warn("link lost address={} {}", stream.address(), why);
    } else if (current == null) {
      status = new LinkStatus(null, null, status.since(), why, null);
      LOG.warn("link not made address={} {}", stream.address(), why);
    } else if (!stream.draining()) {
      LOG.warn("link not renewed address={} {}", stream.address(), why);
    }
    if (current == null && coming == null && open) {
      next++;
      vertx.setTimer(backoff.next().toMillis(), again -> reconnect());
    } else if (came) {
      next++;
      renewAt = System.nanoTime() + backoff.next().toNanos();
    }
  }

  private void reconnect() {
    if (current == null) {
      connect();
    }
  }

  private void tick() {
    for (LinkStream stream : new LinkStream[] {current, coming}) {
      if (stream != null) {
        stream.look();
      }
    }
    LinkStream stream = current;
    if (stream == null) {
      return;
    }
    judge(stream);
    String silent = unanswered.address();
    if (!Objects.equals(silent, status.unanswered())) {
      status = status.withUnanswered(silent);
    }
    if (coming == null && System.nanoTime() - renewAt >= 0) {
      move(stream);
    }
  }

  /** To a new stream, where there is a reason for one. */
  private void move(LinkStream stream) {
    if (to.size() > 1 && unanswered.timeToMove()) {
      do {
        next++;
      } while (address().equals(stream.address()));
      LOG.warn("link moves, nobody answers behind it from={} to={}", stream.address(), address());
      connect();
    } else if (outdated || !stream.svid().equals(identity.svid())) {
      // A control node believes the certificate that a stream began with, and only so long.
      connect();
    }
  }

  /** What became of a question that {@code stream} took. */
  void asked(LinkStream stream, String address, boolean answered) {
    if (stream != current) {
      return;
    }
    if (answered) {
      unanswered.answered(address);
    } else if (unanswered.unanswered(address)) {
      LOG.warn("nobody answers behind the link control={} asked={}", stream.address(), address);
    }
  }

  /** Looks at the control node again once there are other roots. */
  private void judge(LinkStream stream) {
    if (System.nanoTime() - judgeFrom < 0) {
      return;
    }
    TrustBundle bundle = identity.bundle();
    SSLSession session = stream.session();
    if (bundle.equals(judged)) {
      return;
    }
    judged = bundle;
    HeraldSvid svid = stream.svid();
    vertx
        .executeBlocking(
            () -> new PartTls(svid.key(), svid.chain(), bundle, verifier, clock).server(session),
            false)
        .onFailure(e -> context.runOnContext(v -> refused(stream, e)));
  }

  private void refused(LinkStream stream, Throwable why) {
    if (stream != current) {
      return;
    }
    if (why instanceof PeerRefused refused && refused.isExpired()) {
      outdated = true;
    } else {
      stream.end("the control node is not believed any more, " + why.getMessage());
    }
  }
}
