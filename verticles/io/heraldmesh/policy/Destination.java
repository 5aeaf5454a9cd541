package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import java.util.List;
import java.util.Set;

/**
 * One port of one service as a client-side proxy sees it: secure naming and endpoints.
 *
 * @param service {@code namespace/name} for logs and metrics
 * @param hosts every name it is called by, in lower case, without port: {@code web.shop}, {@code
 *     web.shop.svc}, {@code web.shop.svc.cluster.local}; {@code *.example.com} and {@code
 *     *prod.example.com} for wildcards
 * @param port the service port
 * @param sni what the client side asks for: {@code outbound_.<port>_._.<host>}
 * @param identities the SPIFFE IDs that may answer for it; a server that shows another is refused
 * @param addresses what captured connections to it may be addressed to
 */
public record Destination(
    String service,
    Set<String> hosts,
    int port,
    Protocol protocol,
    String sni,
    Set<SpiffeId> identities,
    List<Endpoint> endpoints,
    Balancing balancing,
    VirtualAddresses addresses) {

  public Destination {
    hosts = Set.copyOf(hosts);
    identities = Set.copyOf(identities);
    endpoints = List.copyOf(endpoints);
  }

  /** Without addresses of its own. */
  public Destination(
      String service,
      Set<String> hosts,
      int port,
      Protocol protocol,
      String sni,
      Set<SpiffeId> identities,
      List<Endpoint> endpoints,
      Balancing balancing) {
    this(
        service,
        hosts,
        port,
        protocol,
        sni,
        identities,
        endpoints,
        balancing,
        VirtualAddresses.NONE);
  }

  /** With requests spread as Istio does by default. */
  public Destination(
      String service,
      Set<String> hosts,
      int port,
      Protocol protocol,
      String sni,
      Set<SpiffeId> identities,
      List<Endpoint> endpoints) {
    this(service, hosts, port, protocol, sni, identities, endpoints, Balancing.DEFAULT);
  }

  /**
   * Whether a caller means this service by {@code host}. A bare name is one of the caller's own
   * namespace; {@code *.example.com} answers to every name below it, {@code *example.com} to every
   * name with that ending.
   *
   * @param host in lower case, without port and trailing dot
   */
  public boolean answersTo(String host, String callerNamespace) {
    if (host.indexOf('.') < 0) {
      return hosts.contains(host) || hosts.contains(host + "." + callerNamespace);
    }
    return hosts.contains(host) || hosts.stream().anyMatch(h -> endsAs(h, host));
  }

  private static boolean endsAs(String pattern, String host) {
    return pattern.startsWith("*") && host.endsWith(pattern.substring(1));
  }
}
