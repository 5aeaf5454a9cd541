package io.heraldmesh.node;

import io.heraldmesh.proxy.InheritedSockets;

/**
 * What {@code fd:NAME} in a node file can stand for.
 *
 * @param cure of a name that is not among them
 */
public record NodeSockets(InheritedSockets inherited, String cure) {

  /** Those of a node that is another process, for commands that speak to it or to its state. */
  public static NodeSockets elsewhere() {
    return new NodeSockets(InheritedSockets.ofAnyName(), "");
  }

  /** The sockets that were passed to this process. */
  static NodeSockets ours() {
    return new NodeSockets(
        InheritedSockets.ours(),
        "name a socket of the service manager (FileDescriptorName= of its socket unit), or write"
            + " host:port");
  }
}
