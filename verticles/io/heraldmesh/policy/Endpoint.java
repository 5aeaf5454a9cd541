package io.heraldmesh.policy;

import java.util.regex.Pattern;

/**
 * One address behind a service port.
 *
 * @param host IP literal (IPv6 without brackets) or a name to resolve
 * @param tls how it is called
 * @param workloadPort the service's own port there; a client without a proxy would dial it
 */
public record Endpoint(String host, int port, UpstreamTls tls, int workloadPort) {
  private static final int LONGEST_HOST = 253;
  private static final int LAST_PORT = 65_535;
  private static final String LABEL = "[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?";
  private static final Pattern NAME =
      Pattern.compile(LABEL + "(\\." + LABEL + ")*\\.?", Pattern.CASE_INSENSITIVE);

  /** The last label of a name is no number. Source: RFC 1123 section 2.1. */
  private static final Pattern NUMBER = Pattern.compile("(.*\\.)?[0-9]+\\.?");

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

  /** Whether this is an IP literal, without brackets and zone, or a DNS name. */
  public static boolean isHost(String host) {
    if (host.length() > LONGEST_HOST) {
      return false;
    }
    return host.indexOf(':') >= 0 || NUMBER.matcher(host).matches()
        ? AddressBlock.isAddress(host)
        : NAME.matcher(host).matches();
  }

  /** Whether this is a port that can be dialled. */
  public static boolean isPort(int port) {
    return port >= 1 && port <= LAST_PORT;
  }
}
