package io.heraldmesh.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;

/** Contexts that keep no sessions: nothing is resumed, so each would only take memory. */
final class Unresumed {
  private Unresumed() {}

  /** The same context; the JDK's keeps what it keeps. */
  static SslContext context(SslContext context) {
    if (context instanceof ReferenceCountedOpenSslContext openSsl) {
      openSsl.sessionContext().setSessionCacheEnabled(false);
    }
    return context;
  }
}
