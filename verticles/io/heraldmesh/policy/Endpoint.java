package io.heraldmesh.policy;

/**
 * One address behind a service port.
 *
 * @param host IP literal (IPv6 without brackets) or a name to resolve
 * @param tls how it is called
 */
public record Endpoint(String host, int port, UpstreamTls tls) {

  /**
   * @param mutualTls true: a Herald proxy stands there and takes mesh TLS on this port; false: it
   *     is called in the clear
   */
  public Endpoint(String host, int port, boolean mutualTls) {
    this(host, port, mutualTls ? new UpstreamTls.Mesh() : new UpstreamTls.Plaintext());
  }
}
