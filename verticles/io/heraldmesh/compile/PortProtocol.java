package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import java.util.Locale;
import java.util.Set;

/**
 * What a port speaks: {@code appProtocol} or {@code protocol}, then the prefix of its name. Where
 * both are silent, ports on which servers speak first are TCP, and others are looked at.
 *
 * <p>Source: Istio, protocol selection.
 */
public final class PortProtocol {
  private static final Set<Integer> SERVER_FIRST = Set.of(25, 53, 3306, 27017);

  private PortProtocol() {}

  public static Protocol of(Service.Port port) {
    String declared = port.appProtocol().toLowerCase(Locale.ROOT);
    return switch (declared) {
      case "" -> named(port.name(), port.port());
      case "kubernetes.io/h2c" -> Protocol.HTTP2;
      case "kubernetes.io/ws" -> Protocol.HTTP;
      case "kubernetes.io/wss" -> Protocol.TCP;
      default -> named(declared, port.port());
    };
  }

  static Protocol of(ServiceEntry.Port port) {
    String declared = port.protocol().toLowerCase(Locale.ROOT);
    Protocol protocol = Protocol.named(declared);
    return protocol == Protocol.AUTO ? named(port.name(), port.number()) : protocol;
  }

  private static Protocol named(String name, int port) {
    Protocol protocol = Protocol.named(name);
    return protocol == Protocol.AUTO && SERVER_FIRST.contains(port) ? Protocol.TCP : protocol;
  }
}
