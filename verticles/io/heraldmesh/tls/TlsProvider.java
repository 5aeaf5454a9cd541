package io.heraldmesh.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** BoringSSL where its native library loads; the JDK's TLS, several times as costly, elsewhere. */
public final class TlsProvider {
  private static final Logger LOG = LoggerFactory.getLogger(TlsProvider.class);

  /**
   * A ticket of the JDK's holds the whole session, so that no server could forget it. For the
   * process; read by each context when it is made.
   */
  private static final String TICKETS = "jdk.tls.server.enableSessionTicketExtension";

  private TlsProvider() {}

  /** {@code boringssl} or {@code jdk}; shown in the start line and a metric. */
  public static String name() {
    return OpenSsl.isAvailable() ? "boringssl" : "jdk";
  }

  static SslProvider preferred() {
    if (OpenSsl.isAvailable()) {
      LOG.info("tls provider={}", OpenSsl.versionString());
      return SslProvider.OPENSSL_REFCNT;
    }
    LOG.warn(
        "tls provider=jdk: the native TLS library does not load here, handshakes and traffic will"
            + " cost several times the CPU; cause={}",
        String.valueOf(OpenSsl.unavailabilityCause()));
    System.setProperty(TICKETS, "false");
    return SslProvider.JDK;
  }
}
