package io.heraldmesh.proxy.listener;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who a request is for: {@code Host} or {@code :authority}, taken apart (RFC 3986 section 3.2).
 *
 * @param host in lower case, without a trailing dot; IPv6 without brackets, and an IPv4 address
 *     that is written as an IPv6 one (RFC 4291 section 2.5.5.2) as such
 * @param port −1 when none was given
 */
record Authority(String host, int port) {

  /** Null when {@code text} is not {@code host} or {@code host:port}, user names included. */
  static @Nullable Authority parse(String text) {
    if (text.isEmpty() || text.length() > 300) {
      return null;
    }
    int end = text.length();
    int port = -1;
    int colon = text.lastIndexOf(':');
    if (colon >= 0 && text.indexOf(']', colon) < 0) {
      port = port(text, colon + 1);
      if (port < 0) {
        return null;
      }
      end = colon;
    }
    String host = text.substring(0, end);
    if (host.startsWith("[")) {
      return host.endsWith("]") && isIpv6(host)
          ? new Authority(address(host.substring(1, host.length() - 1)), port)
          : null;
    }
    if (host.endsWith(".")) {
      host = host.substring(0, host.length() - 1);
    }
    return isName(host) ? new Authority(host.toLowerCase(Locale.ROOT), port) : null;
  }

  private static int port(String text, int from) {
    int digits = text.length() - from;
    if (digits < 1 || digits > 5) {
      return -1;
    }
    int port = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      port = port * 10 + (c - '0');
    }
    return port > 65535 ? -1 : port;
  }

  private static boolean isName(String host) {
    if (host.isEmpty() || host.startsWith(".") || host.endsWith(".") || host.contains("..")) {
      return false;
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean legal =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '.'
              || c == '_';
      if (!legal) {
        return false;
      }
    }
    return true;
  }

  private static String address(String ipv6) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(ipv6);
    try {
      InetAddress meant = octets == null ? null : InetAddress.getByAddress(octets);
      return meant instanceof Inet4Address ? meant.getHostAddress() : ipv6.toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 16 bytes is always legal", e);
    }
  }

  /** Without a zone, which says something to this machine only. */
  private static boolean isIpv6(String bracketed) {
    String literal = bracketed.substring(1, bracketed.length() - 1);
    return literal.indexOf('%') < 0
        && !literal.startsWith("[")
        && NetUtil.isValidIpV6Address(literal);
  }
}
