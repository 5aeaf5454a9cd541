package io.heraldmesh.policy;

/**
 * One address behind a service port.
 *
 * @param host IP literal (IPv6 without brackets) or a name to resolve
 * @param tls how it is called
 * @param workloadPort the service's own port there; a client without a proxy would dial it
 */
public record Endpoint(String host, int port, UpstreamTls tls, int workloadPort) {

  /** The proxy, if there is one, listens on the service's own port. */
  public Endpoint(String host, int port, UpstreamTls tls) {
    this(host, port, tls, port);
  }

  /**
   * @param mutualTls true: a Herald proxy stands there and takes mesh TLS on this port; false: it
   *     is called in the clear
   */
  public Endpoint(String host, int port, boolean mutualTls) {
    this(host, port, mutualTls ? new UpstreamTls.Mesh() : new UpstreamTls.Plaintext());
  }
}
