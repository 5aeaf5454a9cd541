package io.heraldmesh.proxy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.capture.OriginalDestination;
import io.heraldmesh.proxy.listener.CapturedInboundListener;
import io.heraldmesh.proxy.listener.CapturedOutboundListener;
import io.heraldmesh.proxy.listener.CapturedWorkload;
import io.heraldmesh.proxy.listener.InboundListener;
import io.heraldmesh.proxy.listener.ListenerContext;
import io.heraldmesh.proxy.listener.OutboundListener;
import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.tls.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets of one node that connections come in by. Thread-safe. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
  private static final String INBOUND = "inbound";
  private static final String OUTBOUND_CAPTURE = "outbound-capture";

  private final ProxySettings settings;
  private final EventLoops loops;
  private final ListenerContext context;
  private final OriginalDestination originals;
  private final OwnListeners own;
  private final Callers callers;
  private final List<Channel> inbound = new CopyOnWriteArrayList<>();
  private final List<Channel> outbound = new CopyOnWriteArrayList<>();

  /**
   * @param originals tells where captured connections were going
   * @param own the listeners opened here are added to it
   */
  Listeners(
      ProxySettings settings,
      EventLoops loops,
      ListenerContext context,
      OriginalDestination originals,
      OwnListeners own) {
    this.settings = settings;
    this.loops = loops;
    this.context = context;
    this.originals = originals;
    this.own = own;
    this.callers = Callers.of(settings.workloads());
  }

  /** Opens all; fails, naming address and field, when one cannot be, and then leaves none open. */
  Future<List<Bound>> open() {
    List<Future<Bound>> binding = new ArrayList<>();
    for (WorkloadSettings workload : settings.workloads()) {
      bind(workload, binding);
      workload.ports().forEach(port -> own.addService(port.app()));
    }
    ListenAddress capture = settings.capture();
    if (capture != null) {
      binding.add(bind("inbound-capture", "capture.inbound", null, 0, capture, capturedInbound()));
    }
    return Future.join(binding)
        .map(
            all -> {
              LOG.info(
                  "data path open listeners={} transport={}", binding.size(), loops.transport());
              return binding.stream().map(Future::result).toList();
            })
        .recover(
            failure -> {
              closeOutbound();
              closeInbound();
              return Future.failedFuture(failure);
            });
  }

  /**
   * Requests may pass from now on: what waits in the queues of sockets that were passed is
   * accepted, as is what comes to them. At other sockets, connections before that were refused.
   */
  void begin() {
    Stream.concat(inbound.stream(), outbound.stream())
        .forEach(channel -> channel.config().setAutoRead(true));
  }

  /**
   * Accepts no more connections to the node's workloads; completes when those that were accepted
   * are all among the open ones. Who made a socket that was passed keeps it, and what waits in its
   * queue.
   */
  Future<Void> closeInbound() {
    return close(inbound);
  }

  /** The same for connections of the node's workloads. */
  Future<Void> closeOutbound() {
    return close(outbound);
  }

  private Future<Void> close(List<Channel> listening) {
    Promise<Void> closed = Promise.promise();
    AtomicInteger left = new AtomicInteger(1);
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            // what was accepted is handed to its event loop as a task
            loops.afterCurrentTasks(closed::complete);
          }
        };
    for (Channel channel : listening) {
      left.incrementAndGet();
      channel.close().addListener(done -> one.run());
    }
    one.run();
    return closed.future();
  }

  /** Frees what tells callers apart; nothing may be open any more. */
  void forget() {
    callers.close();
  }

  private SpiffeId identity(WorkloadSettings workload) {
    return workload.identity(settings.trustDomain());
  }

  private void bind(WorkloadSettings workload, List<Future<Bound>> binding) {
    Workload name = workload.workload();
    SpiffeId identity = identity(workload);
    ListenAddress outbound = workload.outbound();
    if (outbound != null) {
      binding.add(
          bind(
              "outbound",
              "outbound.listen",
              name,
              0,
              outbound,
              new OutboundListener(
                  context,
                  name,
                  identity.principal(),
                  null,
                  Protocol.HTTP,
                  callers.explicit(workload))));
    }
    ListenAddress capture = workload.capture();
    if (capture != null) {
      CapturedOutboundListener captured =
          new CapturedOutboundListener(
              context, name, identity.principal(), originals, callers.captured(workload), own);
      binding.add(
          bind(OUTBOUND_CAPTURE, "outbound.capture", name, 0, capture, captured)
              .compose(bound -> alsoIpv6(bound, capture.inherited(), captured)));
    }
    for (OutboundPort port : workload.outboundPorts()) {
      binding.add(
          bind(
              "outbound",
              "outbound.ports[" + port.service() + "].listen",
              name,
              port.service().port(),
              port.listen(),
              new OutboundListener(
                  context,
                  name,
                  identity.principal(),
                  port.service(),
                  port.protocol(),
                  callers.explicit(workload))));
    }
    for (InboundPort port : workload.ports()) {
      binding.add(
          bind(
              INBOUND,
              "ports[" + port.name() + "].listen",
              name,
              port.port(),
              port.listen(),
              new InboundListener(context, name, identity, port)));
    }
  }

  /**
   * Rules lead IPv4 calls to 127.0.0.1 and IPv6 calls to ::1, of the same port. A machine without
   * IPv6 has no such calls. A socket that was passed stands for both where it listens on {@code
   * ::}.
   */
  private Future<Bound> alsoIpv6(Bound ipv4, boolean inherited, ChannelHandler connections) {
    InetSocketAddress at = ipv4.address();
    if (inherited || !at.getAddress().getHostAddress().equals("127.0.0.1")) {
      return Future.succeededFuture(ipv4);
    }
    ListenAddress twin = new ListenAddress(new HostPort("::1", at.getPort()));
    return bind(OUTBOUND_CAPTURE, "outbound.capture", ipv4.workload(), 0, twin, connections)
        .map(ipv4)
        .recover(
            failure -> {
              LOG.warn("calls over IPv6 are not captured: {}", failure.getMessage());
              return Future.succeededFuture(ipv4);
            });
  }

  private CapturedInboundListener capturedInbound() {
    return new CapturedInboundListener(
        context,
        settings.node(),
        originals,
        settings.workloads().stream()
            .filter(w -> !w.ports().isEmpty())
            .map(w -> new CapturedWorkload(context, w.workload(), identity(w), w.ports()))
            .toList());
  }

  private Future<Bound> bind(
      String what,
      String field,
      @Nullable Workload workload,
      int port,
      ListenAddress address,
      ChannelHandler connections) {
    Promise<Bound> bound = Promise.promise();
    listen(address, settings.transparent() && what.endsWith("-capture"), connections)
        .addListener(
            (ChannelFutureListener)
                done -> {
                  if (done.isSuccess()) {
                    (what.startsWith(INBOUND) ? inbound : outbound).add(done.channel());
                    InetSocketAddress at = (InetSocketAddress) done.channel().localAddress();
                    own.add(what.equals(INBOUND), at);
                    bound.complete(new Bound(what, workload, port, at));
                  } else {
                    bound.fail(
                        new IllegalStateException(
                            "cannot listen on "
                                + address
                                + " ("
                                + (workload == null ? "" : "workload " + workload + ", ")
                                + field
                                + "): "
                                + done.cause().getMessage(),
                            done.cause()));
                  }
                });
    return bound.future();
  }

  private ChannelFuture listen(
      ListenAddress address, boolean transparent, ChannelHandler connections) {
    if (address.inherited()) {
      InheritedSockets.neverBlock(address.descriptor());
      return with(loops.inheritedServer(address.descriptor()), connections)
          .option(ChannelOption.AUTO_READ, false)
          .register();
    }
    HostPort at = address.address();
    return with(transparent ? loops.transparentServer() : loops.server(), connections)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .option(ChannelOption.SO_REUSEADDR, true)
        .bind(new InetSocketAddress(at.host(), at.port()));
  }

  private ServerBootstrap with(ServerBootstrap server, ChannelHandler connections) {
    return server
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new Buffering(context.overload()))
        .childHandler(connections);
  }
}
