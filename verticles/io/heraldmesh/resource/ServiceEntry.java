package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code networking.istio.io ServiceEntry}.
 *
 * @param hosts at least one; may begin with {@code *.}
 * @param addresses virtual IP addresses or CIDR blocks
 * @param endpoints with {@code workloadSelector} at most one of the two
 * @param workloadSelector null when not written
 * @param subjectAltNames names the server's certificate may have, besides its endpoints' accounts
 */
public record ServiceEntry(
    Metadata metadata,
    List<Located<String>> hosts,
    List<Located<String>> addresses,
    List<Port> ports,
    Location location,
    Resolution resolution,
    List<WorkloadAddress> endpoints,
    @Nullable Selector workloadSelector,
    List<Located<String>> subjectAltNames)
    implements Resource {

  public ServiceEntry {
    hosts = List.copyOf(hosts);
    addresses = List.copyOf(addresses);
    ports = List.copyOf(ports);
    endpoints = List.copyOf(endpoints);
    subjectAltNames = List.copyOf(subjectAltNames);
  }

  /**
   * {@code ports[]}.
   *
   * @param protocol as written, upper case; empty when not written
   * @param targetPort the same as {@code number} when not written
   */
  public record Port(Position at, String name, int number, String protocol, int targetPort) {}

  /** {@code location}. */
  public enum Location {
    MESH_EXTERNAL,
    MESH_INTERNAL
  }

  /** {@code resolution}: how a host becomes addresses. */
  public enum Resolution {
    NONE,
    STATIC,
    DNS,
    DNS_ROUND_ROBIN,
    DYNAMIC_DNS
  }
}
