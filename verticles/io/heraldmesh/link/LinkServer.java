package io.heraldmesh.link;

import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.FromControl;
import io.heraldmesh.link.proto.FromNode;
import io.heraldmesh.link.proto.LinkGrpcService;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control node's end of all links: hands what attached nodes ask to the bus, and what the bus
 * has for them to their streams. A node reaches the addresses of {@link LinkAddresses} and nothing
 * else, only with what it signed itself, announces itself only at addresses of its own, and gets
 * only what is addressed to it. Thread-safe.
 */
public final class LinkServer {
  private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);
  private static final long TICK_MILLIS = 1000;
  private static final long ADMIT_MILLIS = 5;
  private static final DeliveryOptions ASK =
      new DeliveryOptions().setSendTimeout(LinkLimits.ASK_WITHIN.toMillis());

  /** Bytes that wait for slow nodes, in all: never more than a third of the heap. */
  static final long MOST_WAITING_BYTES = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 3);

  private final Vertx vertx;
  private final SvidSource self;
  private final InstantSource clock;
  private final Admission admission;
  private final AnnouncedAddresses addresses;
  private final MeterRegistry meters;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Set<LinkSession> sessions = ConcurrentHashMap.newKeySet();
  private final Map<SpiffeId, LinkSession> newest = new ConcurrentHashMap<>();
  private final Map<SpiffeId, LinkSession> draining = new ConcurrentHashMap<>();
  private final Map<SpiffeId, Place> places = new ConcurrentHashMap<>();
  private volatile Predicate<HttpConnection> standing = connection -> true;
  private long ticks = -1;
  private long admissions = -1;

  /** Where a session waits to be let in: a node has one, whatever it opens. */
  private record Place(LinkSession session, Admission.Turn turn) {
    void giveUp() {
      turn.giveUp();
      session.end("a newer link of the node waits to be let in", GrpcStatus.ABORTED);
    }
  }

  /**
   * @param self whose name and software nodes are told
   * @param admission who comes in when
   * @param registrations where nodes may say that they are reached
   */
  public LinkServer(
      Vertx vertx,
      SvidSource self,
      InstantSource clock,
      Admission admission,
      RegistrationSource registrations,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.self = self;
    this.clock = clock;
    this.admission = admission;
    this.addresses = new AnnouncedAddresses(vertx, registrations);
    this.meters = meters;
    Gauge.builder("herald_link_nodes", newest, Map::size).register(meters);
    Gauge.builder("herald_link_waiting_bytes", waitingBytes, AtomicLong::get).register(meters);
    Gauge.builder("herald_link_waiting_nodes", admission, Admission::waiting).register(meters);
    meters.counter("herald_link_attached");
    meters.counter("herald_link_dropped");
  }

  /** What a {@link ControlServer} is to offer. */
  public ControlMethod<FromNode, FromControl> method() {
    return new ControlMethod<>(
        LinkGrpcService.Attach, LinkLimits.MOST_FROM_NODE, true, this::attach);
  }

  /**
   * Starts looking after links.
   *
   * @param stillProven asked every second for each link: whether the peer's certificate is still
   *     good
   */
  public void start(Predicate<HttpConnection> stillProven) {
    standing = stillProven;
    ticks = vertx.setPeriodic(TICK_MILLIS, tick -> look());
    admissions = vertx.setPeriodic(ADMIT_MILLIS, tick -> admission.tick());
  }

  /** Who is attached, by name. */
  public List<AttachedNode> attached() {
    return newest.values().stream()
        .flatMap(session -> session.node().stream())
        .sorted(Comparator.comparing(AttachedNode::id))
        .toList();
  }

  /** Ends every link. */
  public Future<Void> close() {
    vertx.cancelTimer(ticks);
    vertx.cancelTimer(admissions);
    sessions.forEach(session -> session.end("the control node stops", GrpcStatus.UNAVAILABLE));
    return Future.succeededFuture();
  }

  /** Tells the attached nodes to ask for the roots; those that cannot be told do so in time. */
  public void rootsChanged() {
    newest.values().forEach(LinkSession::rootsChanged);
  }

  private void attach(ControlCaller caller, GrpcServerRequest<FromNode, FromControl> call) {
    Optional<SpiffeId> node = caller.as(HeraldRole.NODE);
    if (node.isEmpty()) {
      LOG.warn("link refused caller={} it is no node", caller);
      dropped();
      EarlyAnswer.refuse(call, GrpcStatus.PERMISSION_DENIED, "only nodes attach");
      return;
    }
    LinkSession session = new LinkSession(this, node.get(), caller, call);
    sessions.add(session);
    session.begin();
  }

  /** Ends what is dead or no longer proven. A timer calls it too, every second. */
  public void look() {
    for (LinkSession session : sessions) {
      session.look(standing);
    }
  }

  /** A place for {@code session}; an older one of the same node gives its up. */
  Admission.Turn admit(LinkSession session) {
    giveUp(places.remove(session.peer()));
    Admission.Turn turn = admission.admit(Admission.Kind.RETURNING);
    giveUp(places.put(session.peer(), new Place(session, turn)));
    return turn;
  }

  private static void giveUp(@Nullable Place place) {
    if (place != null) {
      place.giveUp();
    }
  }

  private void waitsNoMore(LinkSession session) {
    places.computeIfPresent(
        session.peer(), (node, place) -> place.session() == session ? null : place);
  }

  /** Brings what a node asks to who answers it; see {@link AnnouncedAddresses} for what it may. */
  Future<Message<Object>> passOn(SpiffeId node, String seen, String address, byte[] envelope) {
    return addresses
        .check(node, seen, envelope)
        .compose(own -> vertx.eventBus().request(address, Buffer.buffer(envelope), ASK));
  }

  /**
   * The session that its node is reached by from now on; the one before finishes what it began, and
   * one that still did so ends at once.
   */
  void take(LinkSession session) {
    waitsNoMore(session);
    LinkSession before = newest.put(session.peer(), session);
    meters.counter("herald_link_attached").increment();
    if (before != null) {
      before.replaced();
      drain(before);
    }
  }

  private void drain(LinkSession session) {
    LinkSession before = draining.put(session.peer(), session);
    if (before != null) {
      before.end("newer links took its place", GrpcStatus.OK);
    }
    if (!sessions.contains(session)) {
      draining.remove(session.peer(), session); // it ended meanwhile
    }
  }

  /** The session that takes what comes in for the node of another one: itself or a newer one. */
  LinkSession newest(LinkSession session) {
    return newest.getOrDefault(session.peer(), session);
  }

  void gone(LinkSession session) {
    sessions.remove(session);
    waitsNoMore(session);
    newest.remove(session.peer(), session);
    draining.remove(session.peer(), session);
  }

  void dropped() {
    meters.counter("herald_link_dropped").increment();
  }

  Vertx vertx() {
    return vertx;
  }

  SvidSource self() {
    return self;
  }

  InstantSource clock() {
    return clock;
  }

  AtomicLong waitingBytes() {
    return waitingBytes;
  }
}
