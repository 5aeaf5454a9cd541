package io.heraldmesh.capture;

import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.capture.IptablesRules.Jump;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** {@link IptablesRules} in force, for IPv4 and, where the machine has it, IPv6. */
final class IptablesFilter implements PacketFilter {
  private static final String WAIT = "-w";

  /** Of a table that nobody put anything into, as nft lists it. */
  private static final Pattern BARE =
      Pattern.compile("table .*|chain [A-Z]+ \\{|type .* policy accept;|\\}|#.*|");

  @Override
  public String plan(CaptureSettings settings) {
    StringBuilder text = new StringBuilder();
    for (boolean six : new boolean[] {false, true}) {
      text.append("# ").append(tool(six)).append("-restore --noflush\n");
      text.append(new IptablesRules(settings, six).restore());
      for (Jump jump : IptablesRules.JUMPS) {
        text.append("# ").append(String.join(" ", jump(six, "-I", jump))).append('\n');
      }
    }
    return text.append(Routes.plan(settings)).toString();
  }

  @Override
  public void install(CaptureSettings settings) {
    Map<Boolean, SavedTables> before = Map.of(false, saved(false), true, saved(true));
    Map<Boolean, String> rules = rules(settings, before);
    boolean routed = Routes.areThere();
    try {
      Routes.remove();
      if (settings.mode() == Mode.TPROXY) {
        Routes.add();
      }
      rules.forEach(IptablesFilter::put);
    } catch (CaptureFailure e) {
      throw undone(before, routed, e);
    }
  }

  /** Of each family, before anything is changed. */
  private static Map<Boolean, String> rules(
      CaptureSettings settings, Map<Boolean, SavedTables> before) {
    Map<Boolean, String> rules = new TreeMap<>();
    for (boolean six : families()) {
      Set<String> made = before.getOrDefault(six, SavedTables.parse("")).made(IptablesRules.TABLES);
      rules.put(six, new IptablesRules(settings, six).restore(made));
    }
    return rules;
  }

  private static void put(boolean six, String rules) {
    restore(six, rules);
    for (Jump jump : IptablesRules.JUMPS) {
      lead(six, jump);
    }
  }

  private static void lead(boolean six, Jump jump) {
    if (!Commands.run(jump(six, "-C", jump)).well()) {
      must(jump(six, "-I", jump));
    }
  }

  /**
   * What is to be told once all is as it was. Each table is replaced at once, so that an earlier
   * capture stays in force meanwhile.
   */
  private static CaptureFailure undone(
      Map<Boolean, SavedTables> before, boolean routed, CaptureFailure why) {
    if (before.values().stream().allMatch(SavedTables::isEmpty)) {
      removeRules();
      String without = Routes.putBack(routed); // of nft's rules, which stay
      return without.isEmpty() ? why : new CaptureFailure(why.getMessage() + without);
    }
    try {
      before.forEach(IptablesFilter::putBack);
    } catch (CaptureFailure e) {
      removeRules();
      Routes.remove();
      return new CaptureFailure(
          why.getMessage()
              + "; and the rules of before could not be put back ("
              + e.getMessage()
              + "): nothing is captured on this machine any more");
    }
    boolean transparent = routed || before.values().stream().anyMatch(SavedTables::isTransparent);
    return new CaptureFailure(
        why.getMessage() + "; the rules of before are in force" + Routes.putBack(transparent));
  }

  private static void putBack(boolean six, SavedTables before) {
    if (before.isEmpty()) {
      removeRules(six);
      return;
    }
    restore(six, before.restore());
    SavedTables now = saved(six);
    for (Jump jump : IptablesRules.JUMPS) {
      if (before.has(jump.table(), jump.to())) {
        lead(six, jump);
      } else if (now.lines().containsKey(jump.table())) {
        remove(six, jump, now);
      }
    }
  }

  @Override
  public void remove() {
    removeRules();
    Routes.remove();
  }

  /**
   * Also the tables that an install had to make, where nothing else was put into them meanwhile.
   * Those of iptables-legacy belong to the kernel's modules and stay, empty.
   */
  static void removeRules() {
    removeRules(false);
    removeRules(true);
  }

  private static void removeRules(boolean six) {
    SavedTables before = saved(six);
    if (before.isEmpty()) {
      return;
    }
    for (Jump jump : IptablesRules.JUMPS) {
      if (before.lines().containsKey(jump.table())) {
        remove(six, jump, before);
      }
    }
    for (String table : IptablesRules.TABLES) {
      if (before.isMade(table)) {
        must(List.of(tool(six), WAIT, "-t", table, "-X", SavedTables.MADE));
        removeTable(six, table);
      }
    }
  }

  private static void remove(boolean six, Jump jump, SavedTables before) {
    while (Commands.run(jump(six, "-C", jump)).well()) {
      must(jump(six, "-D", jump));
    }
    if (before.has(jump.table(), jump.to())) {
      must(List.of(tool(six), WAIT, "-t", jump.table(), "-F", jump.to()));
      must(List.of(tool(six), WAIT, "-t", jump.table(), "-X", jump.to()));
    }
  }

  /** As far as this machine's tools can; an empty table does nothing. */
  private static void removeTable(boolean six, String table) {
    if (!saved(six).isBare(table)
        || !Commands.run(List.of(tool(six), "-V")).text().contains("nf_tables")) {
      return;
    }
    String family = six ? "ip6" : "ip";
    Commands.Said inside = Commands.run(List.of("nft", "list", "table", family, table));
    if (inside.well()
        && inside.text().lines().map(String::strip).allMatch(BARE.asMatchPredicate())) {
      Commands.run(List.of("nft", "delete", "table", family, table));
    } else if (inside.code() < 0) {
      // without nft its chains can go, and the table's name stays
      Commands.run(List.of(tool(six), WAIT, "-t", table, "-X"));
    }
  }

  @Override
  public Optional<ShownRules> show() {
    StringBuilder text = new StringBuilder();
    for (boolean six : new boolean[] {false, true}) {
      SavedTables saved = saved(six);
      for (String table : saved.lines().keySet()) {
        List<String> own = saved.own(table);
        if (!own.isEmpty()) {
          text.append("# ").append(tool(six)).append(" -t ").append(table).append('\n');
          own.forEach(line -> text.append(line).append('\n'));
        }
      }
    }
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(ShownRules.ofIptables(text.toString().strip()));
  }

  private static SavedTables saved(boolean six) {
    Commands.Said said = Commands.run(List.of(tool(six) + "-save"));
    return SavedTables.parse(said.well() ? said.text() : "");
  }

  /** IPv6 only where its tables are there, without which there must be none of it. */
  private static List<Boolean> families() {
    Commands.Said six = Commands.run(List.of(tool(true), WAIT, "-t", "nat", "-S", "OUTPUT"));
    mustLeadIpv6(six, Ipv6Addresses.beyondLoopback());
    return six.well() ? List.of(false, true) : List.of(false);
  }

  /**
   * @param table what the tool said of the table that leads IPv6 to the proxy
   * @param spoken whether anybody is reached over IPv6
   * @throws CaptureFailure when it is, and would pass by the proxy
   */
  static void mustLeadIpv6(Commands.Said table, boolean spoken) {
    if (spoken && !table.well()) {
      throw new CaptureFailure(
          "this machine has IPv6 addresses, and its calls over IPv6 would pass by the proxy, as"
              + " ip6tables has no table nat ("
              + table.text()
              + "); load its module (modprobe ip6table_nat), or turn IPv6 off (sysctl -w"
              + " net.ipv6.conf.all.disable_ipv6=1)");
    }
  }

  private static void restore(boolean six, String rules) {
    Commands.Said said = Commands.run(List.of(tool(six) + "-restore", WAIT, "--noflush"), rules);
    if (!said.well()) {
      throw new CaptureFailure(tool(six) + "-restore refused the rules: " + said.text());
    }
  }

  private static void must(List<String> command) {
    Commands.Said said = Commands.run(command);
    if (!said.well()) {
      throw new CaptureFailure("\"" + String.join(" ", command) + "\" was refused: " + said.text());
    }
  }

  private static List<String> jump(boolean six, String how, Jump jump) {
    return List.of(tool(six), WAIT, "-t", jump.table(), how, jump.from(), "-j", jump.to());
  }

  private static String tool(boolean six) {
    return six ? "ip6tables" : "iptables";
  }
}
