package io.heraldmesh.proxy.listener;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/** Addresses as policies compare them. */
final class Addresses {
  private static final AttributeKey<InetSocketAddress> DIALLED =
      AttributeKey.valueOf(Addresses.class, "dialled");

  private Addresses() {}

  /** Takes note of where the client of a captured connection was going. */
  static void dialled(Channel channel, InetSocketAddress address) {
    channel.attr(DIALLED).set(address);
  }

  /** Where the client was going, as far as it knows. */
  static InetAddress destination(Channel channel) {
    InetSocketAddress dialled = channel.hasAttr(DIALLED) ? channel.attr(DIALLED).get() : null;
    return ip(dialled == null ? channel.localAddress() : dialled);
  }

  /** The same with its port. */
  static InetSocketAddress socket(SocketAddress address) {
    return new InetSocketAddress(ip(address), ((InetSocketAddress) address).getPort());
  }

  /** As it is written for others: IPv6 in its one short form (RFC 5952). */
  static String text(InetAddress ip) {
    return NetUtil.toAddressString(ip);
  }

  /** Of a TCP peer or listener; {@code ::ffff:a.b.c.d} is the IPv4 address, zones are dropped. */
  static InetAddress ip(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
      throw new IllegalStateException("not a TCP address: " + address);
    }
    InetAddress ip = inet.getAddress();
    if (!(ip instanceof Inet6Address)) {
      return ip;
    }
    try {
      return InetAddress.getByAddress(ip.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 16 bytes is always legal", e);
    }
  }
}
