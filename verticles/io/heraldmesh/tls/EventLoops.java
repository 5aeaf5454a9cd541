package io.heraldmesh.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;

/**
 * Vert.x's own acceptor and event loops, for Netty bootstraps. The one place that knows how Vert.x
 * holds them; written against Vert.x 5.2, whose internals may change in any release.
 */
public final class EventLoops {
  private static final String EPOLL = "Epoll";
  private static final ChannelOption<Integer> KEEPIDLE =
      NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);
  private static final ChannelOption<Integer> KEEPINTERVAL =
      NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL);
  private static final ChannelOption<Integer> KEEPCOUNT =
      NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT);

  private final EventLoopGroup acceptors;
  private final EventLoopGroup loops;
  private final ChannelFactory<? extends ServerChannel> serverChannels;
  private final ChannelFactory<? extends Channel> channels;
  private final ChannelFactory<? extends DatagramChannel> datagramChannels;
  private final String transport;

  private EventLoops(
      EventLoopGroup acceptors,
      EventLoopGroup loops,
      ChannelFactory<? extends ServerChannel> serverChannels,
      ChannelFactory<? extends Channel> channels,
      ChannelFactory<? extends DatagramChannel> datagramChannels,
      String transport) {
    this.acceptors = acceptors;
    this.loops = loops;
    this.serverChannels = serverChannels;
    this.channels = channels;
    this.datagramChannels = datagramChannels;
    this.transport = transport;
  }

  /**
   * @throws IllegalStateException when this Vert.x does not hand out its event loops; the proxy
   *     must not start then
   */
  public static EventLoops of(Vertx vertx) {
    if (!(vertx instanceof VertxInternal internal)) {
      throw new IllegalStateException(
          "this Vert.x ("
              + vertx.getClass().getName()
              + ") does not give access to its event loops; Herald needs the Vert.x 5.2 it ships");
    }
    try {
      Transport transport = internal.transport();
      return new EventLoops(
          internal.acceptorEventLoopGroup(),
          internal.nettyEventLoopGroup(),
          transport.serverChannelFactory(false),
          transport.channelFactory(false),
          transport.datagramChannelFactory(),
          transport instanceof EpollTransport
              ? EPOLL
              : transport.getClass().getSimpleName().replace("Transport", ""));
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "the event loops of this Vert.x are not where Vert.x 5.2 has them; use the version that"
              + " Herald ships",
          e);
    }
  }

  /** For a listener; accepted connections are spread over all event loops. */
  public ServerBootstrap server() {
    return server(serverChannels);
  }

  private ServerBootstrap server(ChannelFactory<? extends ServerChannel> sockets) {
    return new ServerBootstrap()
        .group(acceptors, loops)
        .channelFactory(sockets)
        .childOption(ChannelOption.ALLOCATOR, Buffers.POOLED);
  }

  /**
   * The same, for connections that the system leads here without changing their addresses. Binding
   * fails where this process may not do so (CAP_NET_ADMIN).
   *
   * @throws IllegalStateException where the transport is not epoll
   */
  public ServerBootstrap transparentServer() {
    if (!transport.equals(EPOLL)) {
      throw new IllegalStateException("TPROXY needs Linux and epoll, not " + transport);
    }
    return server().option(EpollChannelOption.IP_TRANSPARENT, true);
  }

  /**
   * The same, for a socket that listens already and never blocks; it is registered, not bound.
   *
   * @throws IllegalStateException where the transport is not epoll
   */
  public ServerBootstrap inheritedServer(int descriptor) {
    if (!transport.equals(EPOLL)) {
      throw new IllegalStateException("a socket that was passed needs epoll, not " + transport);
    }
    return server(() -> new EpollServerSocketChannel(descriptor));
  }

  /** For a connection that stays on {@code loop}. */
  public Bootstrap client(EventLoop loop) {
    return new Bootstrap()
        .group(loop)
        .channelFactory(channels)
        .option(ChannelOption.ALLOCATOR, Buffers.POOLED);
  }

  /** The same, from the address {@code source}; the system chooses its port when connecting. */
  public Bootstrap client(EventLoop loop, InetSocketAddress source) {
    Bootstrap bootstrap = client(loop).localAddress(source);
    return transport.equals(EPOLL)
        ? bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
        : bootstrap;
  }

  /**
   * Lets the system look whether the other side of a silent connection is still there.
   *
   * @param idleSeconds before the first probe; 0, here and for the others: as the system has it
   * @param probes without an answer, after which the connection is broken
   */
  public void keepAlive(Bootstrap bootstrap, int idleSeconds, int intervalSeconds, int probes) {
    boolean epoll = transport.equals(EPOLL);
    bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
    set(bootstrap, epoll ? EpollChannelOption.TCP_KEEPIDLE : KEEPIDLE, idleSeconds);
    set(bootstrap, epoll ? EpollChannelOption.TCP_KEEPINTVL : KEEPINTERVAL, intervalSeconds);
    set(bootstrap, epoll ? EpollChannelOption.TCP_KEEPCNT : KEEPCOUNT, probes);
  }

  private static void set(Bootstrap bootstrap, ChannelOption<Integer> option, int value) {
    if (value > 0) {
      bootstrap.option(option, value);
    }
  }

  /** Asks the system's name servers from {@code loop}, without blocking it. */
  public DnsNameResolver resolver(EventLoop loop) {
    return new DnsNameResolverBuilder(loop)
        .datagramChannelFactory(datagramChannels)
        .ttl(1, 60)
        .negativeTtl(1)
        .build();
  }

  /** {@code Epoll}, {@code NIO} …, for the start line. */
  public String transport() {
    return transport;
  }

  /** Every event loop that carries connections. */
  public Iterable<EventExecutor> all() {
    return loops;
  }

  /** Those, and then whoever accepts connections for them. */
  public List<EventExecutor> withAcceptors() {
    List<EventExecutor> both = new ArrayList<>();
    loops.forEach(both::add);
    acceptors.forEach(both::add);
    return List.copyOf(both);
  }

  /**
   * Runs {@code task} once every event loop has finished what it was doing when this was called: no
   * loop then still holds what it had read before.
   */
  public void afterCurrentTasks(Runnable task) {
    AtomicInteger left = new AtomicInteger(1);
    Runnable passed =
        () -> {
          if (left.decrementAndGet() == 0) {
            task.run();
          }
        };
    for (EventExecutor loop : loops) {
      left.incrementAndGet();
      loop.execute(passed);
    }
    passed.run();
  }
}
