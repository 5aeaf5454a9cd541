package io.heraldmesh.proxy.capture;

import java.net.InetSocketAddress;

/** Tells whose a connection from this machine is. */
@FunctionalInterface
public interface SocketOwner {
  /** No open socket of this machine has these addresses. */
  long NOBODY = -1;

  /**
   * The uid that opened the client's socket; {@link #NOBODY} when it cannot be told. Takes
   * microseconds and does not wait.
   *
   * @param client the address that the connection comes from
   * @param dialled where it was going, as its client sees it
   */
  long of(InetSocketAddress client, InetSocketAddress dialled);
}
