package io.heraldmesh.capture;

import io.heraldmesh.policy.AddressBlock;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What of a machine's TCP goes through its proxy. Lists are empty where nothing was said.
 *
 * @param mode how calls that arrive are led to the proxy
 * @param proxyUid the local user that Herald runs as: its own calls are never captured
 * @param inboundPort where captured calls to this machine's services come in; 0: they are not
 *     captured
 * @param callers whose calls go where; the first that fits holds
 * @param ownPorts Herald's own listeners, which are never captured
 * @param appPorts where services listen: nothing from outside reaches them past the proxy
 * @param includeInboundPorts captured of what arrives; empty: every port
 * @param excludeInboundPorts never captured of what arrives
 * @param excludeOutboundPorts calls to these ports leave as they are
 * @param includeOutbound only calls to these addresses are captured; empty: all
 * @param excludeOutbound calls to these addresses leave as they are
 * @param besideApps Herald's own listeners with the port of a service, at another address: they are
 *     reached from outside, the service is not
 */
public record CaptureSettings(
    Mode mode,
    long proxyUid,
    int inboundPort,
    List<Caller> callers,
    SortedSet<Integer> ownPorts,
    SortedSet<Integer> appPorts,
    SortedSet<Integer> includeInboundPorts,
    SortedSet<Integer> excludeInboundPorts,
    SortedSet<Integer> excludeOutboundPorts,
    List<AddressBlock> includeOutbound,
    List<AddressBlock> excludeOutbound,
    List<Listener> besideApps) {

  /** Where the proxy calls its own services from, so that they know its calls from others'. */
  static final String PROXY_SOURCE = "127.0.0.6";

  public CaptureSettings {
    callers = List.copyOf(callers);
    ownPorts = new TreeSet<>(ownPorts);
    appPorts = new TreeSet<>(appPorts);
    includeInboundPorts = new TreeSet<>(includeInboundPorts);
    excludeInboundPorts = new TreeSet<>(excludeInboundPorts);
    excludeOutboundPorts = new TreeSet<>(excludeOutboundPorts);
    includeOutbound = List.copyOf(includeOutbound);
    excludeOutbound = List.copyOf(excludeOutbound);
    besideApps = List.copyOf(besideApps);
    for (Caller caller : callers) {
      if (caller.uid() == proxyUid) {
        throw new IllegalArgumentException(
            "uid "
                + proxyUid
                + " is both Herald's own and a workload's: its calls would go in circles");
      }
    }
  }

  /** True: calls of users that are no workload's are refused rather than let past the proxy. */
  boolean refusesOthers() {
    return callers.stream().noneMatch(caller -> caller.uid() == Caller.EVERYBODY)
        && !callers.isEmpty();
  }

  /** How the proxy learns where an arriving connection was going. */
  public enum Mode {
    /** The kernel rewrites the destination and remembers the first one. */
    REDIRECT,
    /** The connection keeps its addresses; the proxy needs CAP_NET_ADMIN. */
    TPROXY
  }

  /**
   * A listener of Herald's own.
   *
   * @param address one, not a wider block
   */
  public record Listener(AddressBlock address, int port) {}

  /**
   * Whose calls a listener takes.
   *
   * @param uid a local user; {@link #EVERYBODY}: every user but Herald's own
   * @param port the listener of a workload, on loopback
   */
  public record Caller(long uid, int port) {
    public static final long EVERYBODY = -1;
  }
}
