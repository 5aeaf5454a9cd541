package io.heraldmesh.proxy.upstream;

import io.heraldmesh.jwks.AddressKind;
import io.heraldmesh.proxy.upstream.OwnListeners.Match;
import io.heraldmesh.proxy.upstream.Target.Chosen;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses a client may be led to, asked when its name was resolved and before anything is
 * connected. Whoever writes a ServiceEntry, or the zone of a name in one, must not get through the
 * proxy to what trusts this machine. Thread-safe.
 *
 * <ul>
 *   <li>Link-local, metadata and multicast addresses: never.
 *   <li>Listeners of this process: only inbound ones, where policy is enforced.
 *   <li>This machine: by mesh TLS, which makes the server prove who it is; where a resource writes
 *       the loopback address itself, so that whoever accepted the resource saw it; else where the
 *       node file allows it. So no name can lead here by what its zone says.
 * </ul>
 *
 * <p>The workload's own service is named by the node file, so only loops are refused there. An
 * address that a client of a captured connection dialled was written by nobody: none of this node's
 * listeners, and no service past its proxy.
 */
public final class DialGuard {
  private final OwnListeners own;
  private final boolean allowLoopback;

  /**
   * @param allowLoopback true: services of this machine may be called that prove no identity
   */
  public DialGuard(OwnListeners own, boolean allowLoopback) {
    this.own = own;
    this.allowLoopback = allowLoopback;
  }

  /** Why {@code address} must not be connected to for {@code target}; null: it may be. */
  @Nullable String refusal(Target target, InetSocketAddress address) {
    Match match = own.match(address);
    boolean written = target.chosen() == Chosen.BY_RESOURCE;
    if (match == Match.OTHER || match == Match.INBOUND && !written) {
      return show(address) + " is one of this node's own listeners; the call would be a loop";
    }
    if (target.chosen() == Chosen.BY_NODE || match == Match.INBOUND && isPlain(address)) {
      return null;
    }
    if (!written && own.isService(address)) {
      return show(address) + " is where a service of this node listens behind its proxy";
    }
    AddressKind kind = AddressKind.of(address.getAddress());
    return switch (kind) {
      case ORDINARY -> null;
      case LOOPBACK, UNSPECIFIED ->
          allowLoopback
                  || target.secured() instanceof Target.Mesh
                  || kind == AddressKind.LOOPBACK && written && isLiteral(target)
              ? null
              : never(address, kind)
                  + ", unless it proves its identity by mesh TLS or the node file says"
                  + " spec.outbound.allowLoopback";
      case LINK_LOCAL, METADATA, MULTICAST -> never(address, kind);
    };
  }

  /** Whoever takes an address out of another may be another machine than this one. */
  private static boolean isPlain(InetSocketAddress address) {
    return AddressKind.meanings(address.getAddress()).size() == 1;
  }

  private static boolean isLiteral(Target target) {
    String host = target.address().host();
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }

  private static String never(InetSocketAddress address, AddressKind kind) {
    return show(address) + " is a " + kind.words() + " address, which no client is led to";
  }

  private static String show(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
