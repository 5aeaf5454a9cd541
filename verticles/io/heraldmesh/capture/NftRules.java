package io.heraldmesh.capture;

import static java.util.stream.Collectors.joining;

import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Listener;
import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.policy.AddressBlock;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Capture in the words of {@code nft}: one table of the family {@code inet}, IPv4 and IPv6 alike,
 * replaced whole in one transaction.
 */
final class NftRules {
  static final String TABLE = "inet herald";

  /** A connection that is under way when rules are installed stays as it is. */
  private static final String UNDER_WAY = "tcp flags & (fin | syn | rst | ack) != syn return";

  private NftRules() {}

  /** For {@code nft -f}: the state afterwards is the same whatever it was before. */
  static String install(CaptureSettings settings) {
    StringBuilder rules = new StringBuilder(remove());
    rules.append("table ").append(TABLE).append(" {\n");
    if (!settings.callers().isEmpty()) {
      output(settings, rules);
    }
    if (settings.refusesOthers()) {
      refuse(settings, rules);
    }
    if (settings.inboundPort() != 0) {
      if (settings.mode() == Mode.TPROXY) {
        transparent(settings, rules);
      } else {
        redirected(settings, rules);
      }
    }
    input(settings, rules);
    source(settings, rules);
    return rules.append("}\n").toString();
  }

  /** For {@code nft -f}: no error when there is nothing to remove. */
  static String remove() {
    return "add table " + TABLE + "\ndelete table " + TABLE + "\n";
  }

  private static void output(CaptureSettings settings, StringBuilder to) {
    chain("output", "type nat hook output priority -100", to);
    leftAlone(settings, to);
    for (Caller caller : settings.callers()) {
      String who = caller.uid() == Caller.EVERYBODY ? "" : "meta skuid " + caller.uid() + " ";
      rule(who + "meta l4proto tcp redirect to :" + caller.port(), to);
    }
    to.append("  }\n");
  }

  /** After the chain above: what a workload calls leads to loopback by now, and is left alone. */
  private static void refuse(CaptureSettings settings, StringBuilder to) {
    chain("refuse", "type filter hook output priority 0", to);
    leftAlone(settings, to);
    rule("meta l4proto tcp reject with tcp reset", to);
    to.append("  }\n");
  }

  /** What leaves as it is, whoever calls. */
  private static void leftAlone(CaptureSettings settings, StringBuilder to) {
    rule("meta l4proto != tcp return", to);
    rule(UNDER_WAY, to);
    rule("meta skuid " + settings.proxyUid() + " return", to);
    rule("ip daddr 127.0.0.0/8 return", to);
    rule("ip6 daddr ::1 return", to);
    if (!settings.ownPorts().isEmpty()) {
      rule("fib daddr type local tcp dport " + set(settings.ownPorts()) + " return", to);
    }
    if (!settings.excludeOutboundPorts().isEmpty()) {
      rule("tcp dport " + set(settings.excludeOutboundPorts()) + " return", to);
    }
    // One by one: a set takes no blocks that overlap.
    settings.excludeOutbound().forEach(block -> blocks(List.of(block), true, to));
    included(settings.includeOutbound(), to);
  }

  private static void redirected(CaptureSettings settings, StringBuilder to) {
    chain("prerouting", "type nat hook prerouting priority -100", to);
    arriving(settings, to);
    rule(UNDER_WAY, to);
    rule("meta l4proto tcp redirect to :" + settings.inboundPort(), to);
    to.append("  }\n");
  }

  private static void transparent(CaptureSettings settings, StringBuilder to) {
    chain("prerouting", "type filter hook prerouting priority -150", to);
    rule("ct direction reply return", to);
    arriving(settings, to);
    String mark = " meta mark set " + TransparentRouting.MARK + " accept";
    rule("meta nfproto ipv4 meta l4proto tcp tproxy ip to :" + settings.inboundPort() + mark, to);
    rule("meta nfproto ipv6 meta l4proto tcp tproxy ip6 to :" + settings.inboundPort() + mark, to);
    // Where no proxy listens a rule above does not hold, and the next one is tried.
    rule(UNDER_WAY, to);
    rule("meta l4proto tcp drop", to);
    to.append("  }\n");
  }

  private static void arriving(CaptureSettings settings, StringBuilder to) {
    rule("meta l4proto != tcp return", to);
    rule("iifname \"lo\" return", to);
    rule("fib daddr type != local return", to);
    SortedSet<Integer> kept = new TreeSet<>(settings.ownPorts());
    kept.addAll(settings.excludeInboundPorts());
    if (!kept.isEmpty()) {
      rule("tcp dport " + set(kept) + " return", to);
    }
    if (!settings.includeInboundPorts().isEmpty()) {
      rule("tcp dport != " + set(settings.includeInboundPorts()) + " return", to);
    }
  }

  /** Whatever was not captured on its way in does not get to a service. */
  private static void input(CaptureSettings settings, StringBuilder to) {
    if (settings.appPorts().isEmpty()) {
      return;
    }
    chain("input", "type filter hook input priority 0", to);
    boolean marked = settings.inboundPort() != 0 && settings.mode() == Mode.TPROXY;
    String uncaptured = marked ? " meta mark != " + TransparentRouting.MARK : "";
    for (Listener own : settings.besideApps()) {
      String family = own.address().toString().contains(":") ? "ip6" : "ip";
      rule(family + " daddr " + own.address() + " tcp dport " + own.port() + " return", to);
    }
    rule("iifname != \"lo\" tcp dport " + set(settings.appPorts()) + uncaptured + " drop", to);
    to.append("  }\n");
  }

  /** A chain of its own, which nothing that others leave alone gets past. */
  private static void source(CaptureSettings settings, StringBuilder to) {
    chain("proxy_source", "type filter hook output priority 0", to);
    rule(UNDER_WAY, to);
    rule("meta skuid " + settings.proxyUid() + " return", to);
    rule(
        "ip saddr " + CaptureSettings.PROXY_SOURCE + " meta l4proto tcp reject with tcp reset", to);
    to.append("  }\n");
  }

  private static void blocks(List<AddressBlock> blocks, boolean listed, StringBuilder to) {
    String not = listed ? "" : "!= ";
    for (boolean six : new boolean[] {false, true}) {
      String some =
          blocks.stream()
              .map(AddressBlock::toString)
              .filter(block -> block.contains(":") == six)
              .collect(joining(", "));
      if (!some.isEmpty()) {
        rule((six ? "ip6" : "ip") + " daddr " + not + "{ " + some + " } return", to);
      }
    }
  }

  private static void included(List<AddressBlock> blocks, StringBuilder to) {
    if (blocks.isEmpty()) {
      return;
    }
    blocks(blocks, false, to);
    boolean four = blocks.stream().anyMatch(block -> !block.toString().contains(":"));
    boolean six = blocks.stream().anyMatch(block -> block.toString().contains(":"));
    if (!(four && six)) {
      rule("meta nfproto " + (four ? "ipv6" : "ipv4") + " return", to);
    }
  }

  private static String set(Collection<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(joining(", ", "{ ", " }"));
  }

  private static void chain(String name, String what, StringBuilder to) {
    to.append("  chain ").append(name).append(" {\n");
    rule(what + "; policy accept;", to);
  }

  private static void rule(String rule, StringBuilder to) {
    to.append("    ").append(rule).append('\n');
  }
}
