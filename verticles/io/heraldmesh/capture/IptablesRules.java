package io.heraldmesh.capture;

import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Listener;
import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.policy.AddressBlock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Capture in the words of {@code iptables-restore --noflush}, one family of addresses at a time.
 * Chains of Herald's own are written anew; the system's chains get one jump each.
 */
final class IptablesRules {
  /** A jump from a chain of the system into one of Herald's. */
  record Jump(String table, String from, String to) {}

  static final List<Jump> JUMPS =
      List.of(
          new Jump("nat", "OUTPUT", "HERALD_OUTPUT"),
          new Jump("nat", "PREROUTING", "HERALD_PREROUTING"),
          new Jump("mangle", "PREROUTING", "HERALD_TPROXY"),
          new Jump("filter", "INPUT", "HERALD_INPUT"),
          new Jump("filter", "OUTPUT", "HERALD_REFUSE"),
          new Jump("filter", "OUTPUT", "HERALD_SOURCE"));

  /** The tables that a capture needs. */
  static final Set<String> TABLES = Set.of("nat", "mangle", "filter");

  private static final int MOST_PORTS_A_RULE = 15;

  /** A connection that is under way when rules are installed stays as it is. */
  private static final String UNDER_WAY = " -p tcp ! --syn -j RETURN\n";

  private final CaptureSettings settings;
  private final boolean six;

  IptablesRules(CaptureSettings settings, boolean six) {
    this.settings = settings;
    this.six = six;
  }

  /** The text for {@code iptables-restore --noflush} or {@code ip6tables-restore --noflush}. */
  String restore() {
    return restore(Set.of());
  }

  /**
   * The same.
   *
   * @param made the tables that are marked as made by this
   */
  String restore(Set<String> made) {
    StringBuilder text = new StringBuilder();
    boolean inbound = settings.inboundPort() != 0;
    boolean tproxy = settings.mode() == Mode.TPROXY;
    text.append("*nat\n:HERALD_OUTPUT - [0:0]\n:HERALD_PREROUTING - [0:0]\n");
    mark("nat", made, text);
    output(text);
    if (inbound && !tproxy) {
      arriving("HERALD_PREROUTING", text);
      text.append("-A HERALD_PREROUTING").append(UNDER_WAY);
      led("HERALD_PREROUTING", " -j REDIRECT --to-ports " + settings.inboundPort(), text);
    }
    text.append("COMMIT\n*mangle\n:HERALD_TPROXY - [0:0]\n");
    mark("mangle", made, text);
    if (inbound && tproxy) {
      text.append("-A HERALD_TPROXY -m conntrack --ctdir REPLY -j RETURN\n");
      arriving("HERALD_TPROXY", text);
      // Drops by itself where no proxy listens.
      String to = " -j TPROXY --on-port " + settings.inboundPort();
      led("HERALD_TPROXY", to + " --tproxy-mark " + TransparentRouting.MARK, text);
    }
    text.append("COMMIT\n*filter\n:HERALD_INPUT - [0:0]\n:HERALD_REFUSE - [0:0]\n");
    text.append(":HERALD_SOURCE - [0:0]\n");
    mark("filter", made, text);
    if (settings.refusesOthers()) {
      leftAlone("HERALD_REFUSE", text);
      for (String where : where()) {
        text.append("-A HERALD_REFUSE -p tcp")
            .append(where)
            .append(" -j REJECT --reject-with tcp-reset\n");
      }
    }
    String uncaptured = inbound && tproxy ? " -m mark ! --mark " + TransparentRouting.MARK : "";
    source(text);
    reached(text);
    ports("HERALD_INPUT ! -i lo", settings.appPorts(), uncaptured + " -j DROP", text);
    return text.append("COMMIT\n").toString();
  }

  private static void mark(String table, Set<String> made, StringBuilder to) {
    if (made.contains(table)) {
      to.append(':').append(SavedTables.MADE).append(" - [0:0]\n");
    }
  }

  private void output(StringBuilder to) {
    if (settings.callers().isEmpty()) {
      return;
    }
    leftAlone("HERALD_OUTPUT", to);
    where().forEach(some -> callers(some, to));
  }

  /** What leaves as it is, whoever calls. */
  private void leftAlone(String chain, StringBuilder to) {
    String append = "-A " + chain;
    to.append(append).append(UNDER_WAY);
    to.append(append).append(" -m owner --uid-owner ").append(settings.proxyUid());
    to.append(" -j RETURN\n").append(append).append(" -d ");
    to.append(six ? "::1/128" : "127.0.0.0/8").append(" -j RETURN\n");
    ports(chain + " -m addrtype --dst-type LOCAL", settings.ownPorts(), " -j RETURN", to);
    ports(chain, settings.excludeOutboundPorts(), " -j RETURN", to);
    for (AddressBlock block : family(settings.excludeOutbound())) {
      to.append(append).append(" -d ").append(block).append(" -j RETURN\n");
    }
  }

  /** The included blocks as matches; one that matches all where nothing was said. */
  private List<String> where() {
    return settings.includeOutbound().isEmpty()
        ? List.of("")
        : family(settings.includeOutbound()).stream().map(block -> " -d " + block).toList();
  }

  private void callers(String where, StringBuilder to) {
    for (Caller caller : settings.callers()) {
      String who = caller.uid() == Caller.EVERYBODY ? "" : " -m owner --uid-owner " + caller.uid();
      to.append("-A HERALD_OUTPUT -p tcp")
          .append(where)
          .append(who)
          .append(" -j REDIRECT --to-ports ")
          .append(caller.port())
          .append('\n');
    }
  }

  private void arriving(String chain, StringBuilder to) {
    to.append("-A ").append(chain).append(" -i lo -j RETURN\n");
    to.append("-A ").append(chain).append(" -m addrtype ! --dst-type LOCAL -j RETURN\n");
    SortedSet<Integer> kept = new TreeSet<>(settings.ownPorts());
    kept.addAll(settings.excludeInboundPorts());
    ports(chain, kept, " -j RETURN", to);
  }

  /** The included ports; all where none was said. */
  private void led(String chain, String then, StringBuilder to) {
    if (settings.includeInboundPorts().isEmpty()) {
      to.append("-A ").append(chain).append(" -p tcp").append(then).append('\n');
    }
    ports(chain, settings.includeInboundPorts(), then, to);
  }

  /** Of IPv4 alone; in a chain of its own, which nothing that others leave alone gets past. */
  private void source(StringBuilder to) {
    if (!six) {
      to.append("-A HERALD_SOURCE").append(UNDER_WAY);
      to.append("-A HERALD_SOURCE -m owner --uid-owner ").append(settings.proxyUid());
      to.append(" -j RETURN\n-A HERALD_SOURCE -s ").append(CaptureSettings.PROXY_SOURCE);
      to.append("/32 -p tcp -j REJECT --reject-with tcp-reset\n");
    }
  }

  /** Herald's own listeners beside services of the same port. */
  private void reached(StringBuilder to) {
    for (Listener own : settings.besideApps()) {
      if (own.address().toString().contains(":") == six) {
        to.append("-A HERALD_INPUT -p tcp -d ")
            .append(own.address())
            .append(" --dport ")
            .append(own.port())
            .append(" -j RETURN\n");
      }
    }
  }

  private List<AddressBlock> family(List<AddressBlock> blocks) {
    return blocks.stream().filter(block -> block.toString().contains(":") == six).toList();
  }

  private static void ports(
      String chain, Collection<Integer> ports, String then, StringBuilder to) {
    List<Integer> all = new ArrayList<>(ports);
    for (int i = 0; i < all.size(); i += MOST_PORTS_A_RULE) {
      to.append("-A ")
          .append(chain)
          .append(" -p tcp -m multiport --dports ")
          .append(joined(all.subList(i, Math.min(all.size(), i + MOST_PORTS_A_RULE))))
          .append(then)
          .append('\n');
    }
  }

  private static String joined(List<Integer> ports) {
    return String.join(",", ports.stream().map(String::valueOf).toList());
  }
}
