package io.heraldmesh.proxy.listener;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/** Addresses as policies compare them. */
final class Addresses {
  private Addresses() {}

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
