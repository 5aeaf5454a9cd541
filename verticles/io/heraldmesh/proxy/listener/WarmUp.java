package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.capture.CallerCheck;
import io.heraldmesh.proxy.http2.FrameBudget;
import io.heraldmesh.proxy.log.AccessLog;
import io.heraldmesh.proxy.log.Telemetry;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.OverloadLevel;
import io.heraldmesh.tls.EventLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Has the code that reads and refuses requests run before anything may pass. The first request of a
 * kind has its classes loaded, some hundreds for HTTP/2, which keeps an event loop from everybody
 * else; and the first refusals come when a node is short of everything. Through a listener on
 * loopback that is open for that moment and has no policy, so that it lets nothing through; its
 * metrics and log entries go nowhere.
 */
public final class WarmUp {
  private static final Workload NOBODY = new Workload("herald", "warm-up");
  private static final int CONNECT_MILLIS = 2_000;
  private static final int SILENCE_MILLIS = 2_000;

  private static final String ASKED = "GET /x?y=z HTTP/1.1\r\nHost: warm.up\r\nx-a: b\r\n";
  private static final int ROUNDS = 3;

  private WarmUp() {}

  /**
   * Blocks for some tens of milliseconds, and for seconds where classes come from a slow disk.
   *
   * @param like what the listeners of this node have in common
   * @return how many connections had to be given up since the other side neither spoke nor closed
   * @throws IOException where no listener on loopback can be had; the node is colder for it, and
   *     else as good
   */
  public static int run(EventLoops loops, ListenerContext like) throws IOException {
    int silent = 0;
    for (OverloadLevel level : List.of(OverloadLevel.NORMAL, OverloadLevel.SHEDDING)) {
      Channel listener = open(loops, scratch(like, Overload.always(level)));
      try {
        InetSocketAddress at = (InetSocketAddress) listener.localAddress();
        for (int i = 0; i < ROUNDS; i++) {
          for (byte[] bytes : List.of(http1(), unclear(), http2())) {
            silent += ends(at, bytes) ? 0 : 1;
          }
        }
      } finally {
        listener.close().syncUninterruptibly();
      }
    }
    return silent;
  }

  private static ListenerContext scratch(ListenerContext like, Overload overload) {
    return new ListenerContext(
        like.limits(),
        like.tls(),
        like.upstreams(),
        new Telemetry(new SimpleMeterRegistry(), AccessLog.NONE, Map.of(), like.clock()),
        like.keySets(),
        () -> InForce.NOTHING,
        new OpenConnections(),
        overload,
        new Newcomers(like.limits().newcomers(), overload),
        new UnfinishedHeads(Integer.MAX_VALUE, overload),
        like.clock());
  }

  private static Channel open(EventLoops loops, ListenerContext context) {
    return loops
        .server()
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new OutboundListener(
                context, NOBODY, "herald", null, Protocol.HTTP, CallerCheck.ANYBODY))
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  /**
   * Sends {@code bytes}, and that there will be no more: who was told to go away would be given a
   * second for it. Reads until the other side closes.
   */
  private static boolean ends(InetSocketAddress to, byte[] bytes) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(to, CONNECT_MILLIS);
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      byte[] ignored = new byte[1024];
      while (socket.getInputStream().read(ignored) >= 0) {
        // until it is closed
      }
      return true;
    } catch (SocketTimeoutException silent) {
      return false;
    } catch (SocketException reset) {
      return true; // with what was still to be read
    }
  }

  private static byte[] http1() {
    return text(ASKED + "Connection: close\r\n\r\n");
  }

  /** One whose end cannot be told. */
  private static byte[] unclear() {
    return text("POST /x HTTP/1.1\r\nHost: warm.up\r\nContent-Length: 1, 2\r\n\r\n");
  }

  /** Two requests, one of them taken back, and as many pings as end a connection. */
  private static byte[] http2() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    frame(bytes, 4, 0, 0, new byte[0]);
    byte[] request = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 4, 'w', '.', 'u', 'p'};
    frame(bytes, 1, 5, 1, request);
    frame(bytes, 1, 4, 3, request);
    frame(bytes, 3, 0, 3, new byte[4]);
    for (int i = 0; i <= FrameBudget.MOST; i++) {
      frame(bytes, 6, 0, 0, new byte[8]);
    }
    return bytes.toByteArray();
  }

  private static void frame(
      ByteArrayOutputStream to, int type, int flags, int stream, byte[] payload) {
    byte length = (byte) payload.length;
    to.writeBytes(new byte[] {0, 0, length, (byte) type, (byte) flags, 0, 0, 0, (byte) stream});
    to.writeBytes(payload);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
