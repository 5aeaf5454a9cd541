package io.heraldmesh.proxy.upstream;

import io.heraldmesh.jwks.AddressKind;
import io.heraldmesh.proxy.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What this process itself listens on. Thread-safe. */
public final class OwnListeners {
  private final List<Listener> all = new CopyOnWriteArrayList<>();

  private record Listener(boolean inbound, InetSocketAddress address) {}

  /** How an address relates to this process. */
  public enum Match {
    NONE,
    /** A workload's inbound listener: its policy decides, and it leads to the service. */
    INBOUND,
    /** A listener that nobody is to be led to: outbound, admin, health, metrics. */
    OTHER
  }

  /**
   * @param inbound policy is enforced there for a workload's service
   * @param address as bound
   */
  public void add(boolean inbound, InetSocketAddress address) {
    all.add(new Listener(inbound, address));
  }

  /** Adds a listener of the node itself, as bound. */
  public void add(HostPort address) {
    add(false, new InetSocketAddress(address.host(), address.port()));
  }

  /** Whether {@code bound} is one of them. */
  public boolean has(InetSocketAddress bound) {
    return all.stream().anyMatch(listener -> listener.address.equals(bound));
  }

  /** What answers when {@code address} is connected to from this machine. */
  public Match match(InetSocketAddress address) {
    Match found = Match.NONE;
    for (Listener listener : all) {
      if (listener.address.getPort() == address.getPort()
          && reaches(address.getAddress(), listener.address.getAddress())) {
        if (!listener.inbound) {
          return Match.OTHER;
        }
        found = Match.INBOUND;
      }
    }
    return found;
  }

  /** The interfaces are asked only where a port matches, which is rare. */
  private static boolean reaches(InetAddress dialled, InetAddress bound) {
    if (dialled.equals(bound)) {
      return true;
    }
    return switch (AddressKind.of(dialled)) {
      case UNSPECIFIED -> bound.isAnyLocalAddress() || bound.isLoopbackAddress();
      case LOOPBACK -> bound.isAnyLocalAddress();
      default -> bound.isAnyLocalAddress() && ofThisMachine(dialled);
    };
  }

  /** Whether one of the machine's interfaces has this address. */
  public static boolean ofThisMachine(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }
}
