package io.heraldmesh.cli;

import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.read.Names;
import io.netty.util.NetUtil;

/** The address of a control node on the command line; its port may be missing. */
final class ControlAddress {
  /** Where control nodes usually are. */
  static final int USUAL_PORT = 15012;

  private ControlAddress() {}

  /**
   * @param text {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}
   * @throws UsageException when it is anything else
   */
  static HostPort parse(String text) {
    boolean portless = text.indexOf(':') < 0 || text.startsWith("[") && text.endsWith("]");
    try {
      HostPort address = HostPort.parse(portless ? text + ":" + USUAL_PORT : text);
      boolean brackets = text.startsWith("[");
      if (brackets ? !NetUtil.isValidIpV6Address(address.host()) : !isHost(address.host())) {
        throw new UsageException(
            "control node: "
                + Shown.quoted(text)
                + " has no host name or IP address; write"
                + " host, host:port, or [IPv6 address]:port");
      }
      if (address.port() != 0) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("control node: " + e.getMessage());
    }
    throw new UsageException("control node: the port of a control node is not 0");
  }

  /** What looks like an address is one: no name ends in a number. */
  private static boolean isHost(String host) {
    String last = host.substring(host.lastIndexOf('.') + 1);
    boolean number = !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? NetUtil.isValidIpV4Address(host) : Names.isHost(host);
  }
}
