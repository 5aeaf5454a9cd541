package io.heraldmesh.cli;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The ways in which an {@link Attacker} takes a node's memory, its connections and its time. */
final class Attacks {
  private static final long RAMP_NANOS = 3_000_000_000L;
  private static final String HOST_SLOW = "Host: slow.a\r\n";

  private final Path certificates;
  private final Map<String, Integer> ports;
  private final AtomicLong count = new AtomicLong();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stop;
  private @Nullable MultiThreadIoEventLoopGroup loops;

  Attacks(Path certificates, Map<String, Integer> ports) {
    this.certificates = certificates;
    this.ports = ports;
  }

  /** Returns when it is in full swing. */
  void start(String attack) {
    stop = false;
    switch (attack) {
      case "nothing" -> {}
      // half of them in front of the caller's proxy, half in front of the service's
      case "headers" -> {
        many(250, "outbound", 3_000, Attacks::headThatDoesNotEnd);
        many(250, "inbound:web", 3_000, Attacks::headThatDoesNotEnd);
      }
      case "bodies" -> {
        many(150, "outbound", 5_000, Attacks::bodyThatNobodyReads);
        LockSupport.parkNanos(RAMP_NANOS); // until what the system buffers is full
      }
      case "connections" -> {
        many(100, "outbound", 500, Attacks::nothingSaid);
        many(100, "inbound:web", 500, Attacks::nothingSaid);
      }
      case "slowloris" -> many(1_000, "inbound:web", 2_000, this::slowloris);
      case "idle-mtls" -> idle(5_000);
      case "upstream-slow" -> many(150, "outbound", 500, (out) -> get(out, "slow.a"));
      case "upstream-reset" -> many(20, "outbound", 200, (out) -> get(out, "reset.a"));
      case "upstream-half-closed" -> many(20, "outbound", 200, (out) -> get(out, "half.a"));
      case "handshakes" -> {
        many(700, "inbound:web", 1_000, Attacks::helloThatDoesNotEnd);
        handshakes(60);
      }
      case "streams" -> many(10, "outbound", 1_000, Attacks::streams);
      default -> throw new IllegalArgumentException(attack);
    }
  }

  void stop() {
    stop = true;
    threads.forEach(Thread::interrupt);
    threads.clear();
    Socket socket;
    while ((socket = sockets.poll()) != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // closed either way
      }
    }
    MultiThreadIoEventLoopGroup running = loops;
    if (running != null) {
      running.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
      loops = null;
    }
  }

  /** How many connections were made since this was asked last. */
  long takeCount() {
    return count.getAndSet(0);
  }

  private interface Flood {
    void over(OutputStream out) throws IOException;
  }

  /**
   * Keeps {@code most} connections busy: each floods, then waits to be closed, and comes again.
   *
   * @param pauseMillis before one comes again
   */
  private void many(int most, String where, long pauseMillis, Flood flood) {
    for (int i = 0; i < most; i++) {
      long first = RAMP_NANOS * i / most;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                LockSupport.parkNanos(first);
                while (!stop) {
                  once(where, flood);
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
                }
              }));
    }
    LockSupport.parkNanos(RAMP_NANOS);
  }

  private void once(String where, Flood flood) {
    try (Socket socket = new Socket()) {
      sockets.add(socket);
      socket.connect(address(where), 2_000);
      socket.setSoTimeout(30_000);
      count.incrementAndGet();
      flood.over(socket.getOutputStream());
      byte[] ignored = new byte[4096];
      while (!stop && socket.getInputStream().read(ignored) >= 0) {
        // until it is closed
      }
    } catch (IOException e) {
      // that is what it is for
    } finally {
      sockets.removeIf(Socket::isClosed);
    }
  }

  private InetSocketAddress address(String where) {
    Integer port = ports.get(where);
    if (port == null) {
      throw new IllegalStateException("where is " + where);
    }
    return new InetSocketAddress("127.0.0.1", port);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** As many and as long fields as are let through, and never the end. */
  private static void headThatDoesNotEnd(OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder("GET /ok HTTP/1.1\r\nHost: web.a\r\n");
    for (int i = 0; i < 150; i++) {
      head.append("x-").append(i).append(": ").append("v".repeat(400)).append("\r\n");
    }
    write(out, head.toString());
  }

  private static void bodyThatNobodyReads(OutputStream out) throws IOException {
    write(out, "POST /body HTTP/1.1\r\n" + HOST_SLOW + "Content-Length: 50000000\r\n\r\n");
    byte[] block = new byte[64 * 1024];
    Arrays.fill(block, (byte) 'b');
    for (int i = 0; i < 32; i++) {
      out.write(block);
    }
  }

  /** Connected for a moment, and gone. */
  private static void nothingSaid(OutputStream out) throws IOException {
    LockSupport.parkNanos(100_000_000);
    throw new IOException("enough");
  }

  private void slowloris(OutputStream out) throws IOException {
    write(out, "GET /ok HTTP/1.1\r\nHost: web.a\r\nX: ");
    while (!stop) {
      LockSupport.parkNanos(1_000_000_000L);
      write(out, "x");
    }
  }

  private static void get(OutputStream out, String host) throws IOException {
    write(out, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  }

  private static void helloThatDoesNotEnd(OutputStream out) throws IOException {
    out.write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
  }

  /** A hundred requests to a service that does not answer, each with a head of some size. */
  private static void streams(OutputStream out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(bytes, 4, 0, 0, new byte[0]);
    byte[] block =
        io.heraldmesh.proxy.HeaderBlocks.of(
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "slow.a",
            "x-long",
            "v".repeat(2_000));
    for (int stream = 1; stream < 200; stream += 2) {
      frame(bytes, 1, 4, stream, block);
    }
    out.write(bytes.toByteArray());
  }

  private static void frame(
      ByteArrayOutputStream to, int type, int flags, int stream, byte[] payload) {
    to.write(payload.length >> 16);
    to.write(payload.length >> 8);
    to.write(payload.length);
    to.write(type);
    to.write(flags);
    to.write(0);
    to.write(stream >> 16);
    to.write(stream >> 8);
    to.write(stream);
    to.writeBytes(payload);
  }

  // ---- with TLS

  private Bootstrap tls(boolean certificate) {
    MultiThreadIoEventLoopGroup group = loops;
    if (group == null) {
      group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
      loops = group;
    }
    SslContext context = context(certificate);
    InetSocketAddress to = address("inbound:web");
    return new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .remoteAddress(to)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(context.newHandler(channel.alloc()));
              }
            });
  }

  private SslContext context(boolean certificate) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL)
              .endpointIdentificationAlgorithm("")
              .trustManager(InsecureTrustManagerFactory.INSTANCE)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      ApplicationProtocolConfig.Protocol.ALPN,
                      ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                      ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                      "istio",
                      "istio-http/1.1",
                      "http/1.1"));
      if (certificate) {
        builder.keyManager(
            certificates.resolve("cert-chain.pem").toFile(),
            certificates.resolve("key.pem").toFile());
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Connections of a caller with an identity, each of which sends one request and no more. */
  private void idle(int most) {
    Bootstrap client = tls(true);
    byte[] request = "GET /ok HTTP/1.1\r\nHost: web.a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < most && !stop; i++) {
      client
          .connect()
          .addListener(
              (io.netty.channel.ChannelFutureListener)
                  connected -> {
                    if (connected.isSuccess()) {
                      count.incrementAndGet();
                      connected
                          .channel()
                          .writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(request));
                    }
                  });
      LockSupport.parkNanos(4_000_000);
    }
    LockSupport.parkNanos(2_000_000_000L);
  }

  /** Handshakes to their end without any certificate, so many a second. */
  private void handshakes(int perSecond) {
    Bootstrap client = tls(false);
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  while (!stop) {
                    client.connect();
                    count.incrementAndGet();
                    LockSupport.parkNanos(1_000_000_000L / perSecond);
                  }
                }));
  }
}
