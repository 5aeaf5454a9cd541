package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Listener;
import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.policy.AddressBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A process of its own in a network of its own: puts rules there and takes them away, and fails
 * when anything is not as it was. Arguments: the tool, the mode.
 */
final class CaptureRound {
  private static final String[] FAMILIES = {"iptables", "ip6tables"};
  private static final int PROXY = 1337;
  private static final Pattern BARE = Pattern.compile("\\*\\w+\n(:[A-Z]+ ACCEPT\n)*COMMIT\n?");

  private CaptureRound() {}

  public static void main(String[] args) {
    PacketFilter filter = args[0].equals("nft") ? PacketFilter.nft() : PacketFilter.iptables();
    Mode mode = Mode.valueOf(args[1]);
    nothingIsLeft(filter, mode);
    whatIsInForceOutlivesAnInstallThatFails(filter, mode);
    whatOthersPutThereStays(filter, mode);
    anEmptyTableOfOthersStays(filter, mode);
    System.out.println("as before");
  }

  private static void nothingIsLeft(PacketFilter filter, Mode mode) {
    List<String> before = state();
    assertThat(filter.show()).isEmpty();
    assertThat(state()).as("to look changes nothing").isEqualTo(before);
    filter.install(settings(mode));
    List<String> once = state();
    assertThat(once).as("installed").isNotEqualTo(before);
    filter.install(settings(mode));
    assertThat(state()).as("twice is as once").isEqualTo(once);
    assertThat(filter.show().orElseThrow().rules())
        .anyMatch(rule -> rule.rule().contains("15001"))
        .anyMatch(rule -> rule.rule().contains("15006"));
    assertThat(PacketFilter.inForce().tool()).as("whoever keeps it").isEqualTo(filter.tool());
    filter.remove();
    assertThat(state()).as("removed").isEqualTo(before);
    filter.remove();
    assertThat(state()).as("removed again").isEqualTo(before);
    filter.install(settings(mode));
    PacketFilter.removeAll();
    assertThat(state()).as("removed, whoever keeps it").isEqualTo(before);
  }

  /** The system refuses the last of its rules, those for IPv6, when others have been changed. */
  private static void whatIsInForceOutlivesAnInstallThatFails(PacketFilter filter, Mode mode) {
    List<String> before = state();
    filter.install(settings(mode));
    List<String> installed = state();
    for (Mode other : Mode.values()) { // of which one takes routes, and the other needs none
      CaptureSettings refused =
          settings(other, 15002, List.of(new Listener(AddressBlock.parse("fd00::5"), 99999)));
      assertThatThrownBy(() -> filter.install(refused))
          .isInstanceOf(CaptureFailure.class)
          .hasMessageContaining(
              filter.tool().equals("nft")
                  ? "nothing was changed"
                  : "the rules of before are in force");
      assertThat(state()).as("in force after %s failed", other).isEqualTo(installed);
    }
    filter.remove();
    assertThat(state()).as("removed").isEqualTo(before);
  }

  private static void whatOthersPutThereStays(PacketFilter filter, Mode mode) {
    List<String> before = state();
    filter.install(settings(mode));
    for (String tool : FAMILIES) {
      must(tool, "-t", "nat", "-A", "OUTPUT", "-p", "udp", "-j", "RETURN");
      must(tool, "-t", "filter", "-P", "FORWARD", "DROP");
    }
    filter.remove();
    assertThat(state())
        .contains("-A OUTPUT -p udp -j RETURN")
        .contains(":FORWARD DROP")
        .noneMatch(line -> line.contains("HERALD") || line.contains("herald"));
    for (String tool : FAMILIES) {
      must(tool, "-t", "nat", "-F", "OUTPUT");
      must(tool, "-t", "filter", "-P", "FORWARD", "ACCEPT");
    }
    before.forEach(line -> assertThat(state()).contains(line));
  }

  /** They were there before, and so they are not this one's to remove. */
  private static void anEmptyTableOfOthersStays(PacketFilter filter, Mode mode) {
    for (String tool : FAMILIES) {
      for (String table : IptablesRules.TABLES) {
        must(tool, "-t", table, "-N", "OTHERS");
        must(tool, "-t", table, "-X", "OTHERS");
      }
    }
    List<String> before = state();
    filter.install(settings(mode));
    filter.remove();
    assertThat(state().stream().filter(line -> line.startsWith("*")))
        .containsAll(before.stream().filter(line -> line.startsWith("*")).toList());
  }

  /**
   * All rules and routes, without counters; where nft is not there, which alone can take tables
   * away, also without those that nothing was put into.
   */
  private static List<String> state() {
    boolean nft = Commands.run(List.of("nft", "list", "tables")).code() >= 0;
    List<String> state = new ArrayList<>();
    List.of(
            List.of("nft", "-s", "list", "ruleset"),
            List.of("iptables-save"),
            List.of("ip6tables-save"),
            List.of("ip", "-4", "rule"),
            List.of("ip", "-6", "rule"),
            List.of("ip", "-4", "route", "show", "table", "all"),
            List.of("ip", "-6", "route", "show", "table", "all"))
        .forEach(
            command -> {
              String said =
                  Commands.run(command)
                      .text()
                      .lines()
                      .filter(line -> !line.startsWith("#"))
                      .map(line -> line.replaceAll(" ?\\[[0-9]+:[0-9]+\\]", ""))
                      .collect(Collectors.joining("\n"));
              (nft ? said : BARE.matcher(said).replaceAll("")).lines().forEach(state::add);
            });
    return state;
  }

  private static void must(String... command) {
    Commands.Said said = Commands.run(List.of(command));
    assertThat(said.code()).as("%s: %s", List.of(command), said.text()).isZero();
  }

  private static CaptureSettings settings(Mode mode) {
    return settings(mode, 15001, List.of());
  }

  private static CaptureSettings settings(Mode mode, int port, List<Listener> besideApps) {
    return new CaptureSettings(
        mode,
        PROXY,
        15006,
        List.of(new Caller(Caller.EVERYBODY, port)),
        ports(15001, 15006),
        ports(9000),
        ports(),
        ports(22),
        ports(3306),
        List.of(),
        List.of(),
        besideApps);
  }

  private static SortedSet<Integer> ports(Integer... ports) {
    return new TreeSet<>(List.of(ports));
  }
}
