package io.heraldmesh.proxy;

import org.jspecify.annotations.Nullable;

/**
 * Where something listens or is reached.
 *
 * @param host IP literal (IPv6 without brackets) or a name; never empty
 * @param port 0 to 65535; 0 only where one listens, the system then chooses
 */
public record HostPort(String host, int port) {

  public HostPort {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("an address needs a host; 0.0.0.0 is never implied");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
    }
  }

  /**
   * Reads {@code 127.0.0.1:80}, {@code name:80} or {@code [::1]:80}.
   *
   * @throws IllegalArgumentException when {@code text} is none of these; the message says why
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("expected host:port, not \"" + text + '"');
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "write an IPv6 address in brackets, as in [::1]:80, not \"" + text + '"');
    }
    String port = text.substring(colon + 1);
    if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException(
          "port must be a number from 0 to 65535 in \"" + text + '"');
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  /** Written out, as in {@link io.heraldmesh.policy.Workload}. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HostPort(String its, int number) && port == number && host.equals(its);
  }

  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
  }
}
