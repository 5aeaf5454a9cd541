package io.heraldmesh.proxy.upstream;

import io.heraldmesh.jwks.AddressKind;
import io.heraldmesh.proxy.HostPort;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** What this process itself listens on. Thread-safe. */
public final class OwnListeners {
  private final List<Listener> all = new CopyOnWriteArrayList<>();
  private final List<HostPort> services = new CopyOnWriteArrayList<>();
  private volatile Map<String, List<InetAddress>> named = Map.of();

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

  /**
   * Adds where a service of this node listens, that its proxy alone is to call.
   *
   * @param app as the node file names it
   */
  public void addService(HostPort app) {
    services.add(app);
  }

  /**
   * Whether a service answers at {@code address} that is to be called through its proxy. One whose
   * name has not been looked up may be anywhere, so it may be there.
   */
  public boolean isService(InetSocketAddress address) {
    return services.stream()
            .anyMatch(app -> app.port() == address.getPort() && (unknown(app) || isHere(app)))
        && here(address.getAddress());
  }

  private boolean unknown(HostPort app) {
    return isName(app) && !named.containsKey(app.host());
  }

  /**
   * Looks up where services are that the node file calls by a name; of a name without an answer,
   * the one before holds. Blocks.
   */
  public void lookUp(Collection<HostPort> apps) {
    Map<String, List<InetAddress>> answers = new HashMap<>(named);
    for (HostPort app : apps) {
      if (isName(app)) {
        try {
          answers.put(app.host(), List.of(InetAddress.getAllByName(app.host())));
        } catch (UnknownHostException e) {
          // nobody can call it by that name now, either
        }
      }
    }
    named = Map.copyOf(answers);
  }

  /** Names but localhost are looked up; that one is always this machine. */
  private static boolean isName(HostPort app) {
    return !app.host().equalsIgnoreCase("localhost")
        && NetUtil.createByteArrayFromIpAddressString(app.host()) == null;
  }

  /**
   * Whether {@code app} is on this machine; by a name, as it was {@linkplain #lookUp looked up}.
   */
  public boolean isHere(HostPort app) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(app.host());
    if (literal == null) {
      return app.host().equalsIgnoreCase("localhost")
          || named.getOrDefault(app.host(), List.of()).stream().anyMatch(OwnListeners::here);
    }
    try {
      return here(InetAddress.getByAddress(literal));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is always legal", e);
    }
  }

  /** Whether {@code app} is on this machine or, by a name without an answer, may be. */
  public boolean mayBeHere(HostPort app) {
    return unknown(app) || isHere(app);
  }

  private static boolean here(InetAddress address) {
    return switch (AddressKind.of(address)) {
      case LOOPBACK, UNSPECIFIED -> true;
      default -> ofThisMachine(address);
    };
  }

  /** Whether {@code bound} is one of them. */
  public boolean has(InetSocketAddress bound) {
    return all.stream().anyMatch(listener -> listener.address.equals(bound));
  }

  /**
   * What answers when {@code address}, or one that it carries, is connected to from this machine.
   */
  public Match match(InetSocketAddress address) {
    Match found = Match.NONE;
    for (Listener listener : all) {
      if (listener.address.getPort() == address.getPort()
          && AddressKind.meanings(address.getAddress()).stream()
              .anyMatch(meant -> reaches(meant, listener.address.getAddress()))) {
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

  /** Whether one of the machine's interfaces has this address, or one that it carries. */
  public static boolean ofThisMachine(InetAddress address) {
    return AddressKind.meanings(address).stream().anyMatch(OwnListeners::ofAnInterface);
  }

  private static boolean ofAnInterface(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }
}
