package io.heraldmesh.cli;

import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;

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
      if (address.port() != 0) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("control node: " + e.getMessage());
    }
    throw new UsageException("control node: the port of a control node is not 0");
  }
}
