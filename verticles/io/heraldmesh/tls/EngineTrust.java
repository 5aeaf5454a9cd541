package io.heraldmesh.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trust that is decided for an engine, since only the engine tells which peers are expected;
 * everything else is refused.
 */
abstract class EngineTrust extends X509ExtendedTrustManager {
  private static final X509Certificate[] NONE = {};

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw notAnEngine();
  }

  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw notAnEngine();
  }

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw notAnEngine();
  }

  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw notAnEngine();
  }

  /** Empty: a server then names no authorities, and clients send the one leaf they have. */
  @Override
  public final X509Certificate[] getAcceptedIssuers() {
    return NONE;
  }

  private static CertificateException notAnEngine() {
    return new CertificateException("only engines are supported");
  }
}
