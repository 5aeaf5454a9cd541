package io.heraldmesh.compile;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.ServiceEntry;
import java.util.Locale;

/**
 * What a port speaks: {@code appProtocol} or {@code protocol}, then the prefix of its name. Where
 * both are silent, ports on which servers speak first are TCP, and others are looked at.
 *
 * <p>Source: Istio, protocol selection.
 */
public final class PortProtocol {
  private PortProtocol() {}

  public static Protocol of(Service.Port port) {
    String declared = port.appProtocol();
    if (declared.isEmpty()) {
      return named(port.name(), port.port());
    }
    // one that nobody knows is not overruled by the name
    Protocol said = said(declared);
    return said == Protocol.AUTO ? named("", port.port()) : said;
  }

  static Protocol of(ServiceEntry.Port port) {
    Protocol said = said(port.protocol());
    return said == Protocol.AUTO ? named(port.name(), port.number()) : said;
  }

  /** Whether it is said that clients begin with TLS, which asks for a server by name. */
  static boolean isTls(ServiceEntry.Port port) {
    boolean silent = said(port.protocol()) == Protocol.AUTO;
    String said = (silent ? port.name() : port.protocol()).toLowerCase(Locale.ROOT);
    return said.matches("(tls|https)(-.*)?|kubernetes\\.io/wss");
  }

  /** By {@code appProtocol} or {@code protocol}, in either case; AUTO: it says nothing. */
  public static Protocol said(String protocol) {
    return switch (protocol.toLowerCase(Locale.ROOT)) {
      case "kubernetes.io/h2c" -> Protocol.HTTP2;
      case "kubernetes.io/ws" -> Protocol.HTTP;
      case "kubernetes.io/wss" -> Protocol.TCP;
      default -> Protocol.named(protocol.toLowerCase(Locale.ROOT));
    };
  }

  /** By the prefix of the port's name, then by its number. */
  public static Protocol named(String name, int port) {
    Protocol protocol = Protocol.named(name);
    return protocol == Protocol.AUTO ? Protocol.ofPort(port) : protocol;
  }
}
