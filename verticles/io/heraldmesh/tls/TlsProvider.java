package io.heraldmesh.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** BoringSSL where its native library loads; the JDK's TLS, several times as costly, elsewhere. */
public final class TlsProvider {
  private static final Logger LOG = LoggerFactory.getLogger(TlsProvider.class);

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
    return SslProvider.JDK;
  }
}
