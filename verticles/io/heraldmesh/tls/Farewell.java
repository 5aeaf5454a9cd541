package io.heraldmesh.tls;

import io.netty.handler.ssl.SslHandler;

/** How long a connection that is being closed stays for its last record. */
final class Farewell {
  /**
   * A peer that reads nothing would otherwise hold a connection whose permission was withdrawn; one
   * that reads has what was written before, since nothing else is closed with bytes on their way.
   */
  private static final long MILLIS = 300;

  private Farewell() {}

  static SslHandler limit(SslHandler handler) {
    handler.setCloseNotifyFlushTimeoutMillis(MILLIS);
    return handler;
  }
}
