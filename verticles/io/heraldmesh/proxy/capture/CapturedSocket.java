package io.heraldmesh.proxy.capture;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Asks the socket. Led here by TPROXY, its own address is where the client was going; by REDIRECT,
 * the connection tracking of the kernel remembers it.
 *
 * <p>Source: Linux, {@code SO_ORIGINAL_DST} (linux/netfilter_ipv4.h) and {@code
 * IP6T_SO_ORIGINAL_DST} (linux/netfilter_ipv6/ip6_tables.h), both 80; {@code struct sockaddr_in}
 * and {@code sockaddr_in6}; Documentation/networking/tproxy.rst.
 */
public final class CapturedSocket implements OriginalDestination {
  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int ORIGINAL_DST = 80;
  private static final RawUnixChannelOption IPV4 =
      new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, ORIGINAL_DST, 16);
  private static final RawUnixChannelOption IPV6 =
      new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, ORIGINAL_DST, 28);
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  @Override
  public @Nullable InetSocketAddress of(Channel accepted) {
    InetSocketAddress here = plain((InetSocketAddress) accepted.localAddress());
    InetSocketAddress listener = (InetSocketAddress) accepted.parent().localAddress();
    boolean elsewhere =
        here.getPort() != listener.getPort()
            || !listener.getAddress().isAnyLocalAddress()
                && !here.getAddress().equals(plain(listener).getAddress());
    if (elsewhere) {
      return here;
    }
    InetSocketAddress tracked = tracked(accepted, here.getAddress() instanceof Inet6Address);
    return here.equals(tracked) ? null : tracked;
  }

  /** Null when the kernel tracks no such connection. */
  private static @Nullable InetSocketAddress tracked(Channel accepted, boolean six) {
    ByteBuffer told;
    try {
      told = accepted.config().getOption(six ? IPV6 : IPV4);
    } catch (ChannelException notTracked) {
      return null;
    }
    return told == null ? null : parse(told.duplicate());
  }

  /** Null when it is neither {@code sockaddr_in} nor {@code sockaddr_in6}. */
  static @Nullable InetSocketAddress parse(ByteBuffer sockaddr) {
    int family = sockaddr.order(ByteOrder.nativeOrder()).getShort(0);
    int port = Short.toUnsignedInt(sockaddr.order(ByteOrder.BIG_ENDIAN).getShort(2));
    byte[] ip;
    if (family == AF_INET) {
      ip = new byte[4];
      sockaddr.get(4, ip);
    } else if (family == AF_INET6 && sockaddr.limit() >= 24) {
      ip = new byte[16];
      sockaddr.get(8, ip);
    } else {
      return null;
    }
    return port == 0 ? null : new InetSocketAddress(address(ip), port);
  }

  /** Without a zone, which says something to this machine only. */
  private static InetSocketAddress plain(InetSocketAddress address) {
    return new InetSocketAddress(address(address.getAddress().getAddress()), address.getPort());
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is always legal", e);
    }
  }
}
