package io.heraldmesh.proxy.upstream;

import io.netty.channel.ChannelHandler;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Sends together what the streams of one HTTP/2 connection write in one turn of the event loop: one
 * TLS record and one system call for all of them, instead of one for each.
 */
public final class Flushes {
  /** So many are enough for a packet of the largest kind. */
  private static final int MOST = 256;

  private Flushes() {}

  /** For the pipeline of one connection, in front of the codec. */
  public static ChannelHandler together() {
    return new FlushConsolidationHandler(MOST, true);
  }
}
