package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Listener;
import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.policy.AddressBlock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureRulesTest {
  private static final int PROXY = 1337;

  @Test
  void theProxysOwnCallsAreTheFirstThatAreLeftAlone() {
    String rules = NftRules.install(everybody(Mode.REDIRECT));
    assertThat(chain(rules, "output"))
        .containsSubsequence(
            "meta skuid 1337 return",
            "ip daddr 127.0.0.0/8 return",
            "ip6 daddr ::1 return",
            "fib daddr type local tcp dport { 15001, 15006, 15021 } return",
            "meta l4proto tcp redirect to :15001");
  }

  @Test
  void eachUserGoesToTheListenerOfItsOwnWorkloadAndNobodyElseToAny() {
    CaptureSettings two =
        settings(Mode.REDIRECT, List.of(new Caller(1001, 15001), new Caller(1002, 15002)));
    assertThat(chain(NftRules.install(two), "output"))
        .contains(
            "meta skuid 1001 meta l4proto tcp redirect to :15001",
            "meta skuid 1002 meta l4proto tcp redirect to :15002")
        .noneMatch(rule -> rule.startsWith("meta l4proto tcp redirect"));
    assertThat(new IptablesRules(two, false).restore())
        .contains("-A HERALD_OUTPUT -p tcp -m owner --uid-owner 1001 -j REDIRECT --to-ports 15001")
        .contains("-A HERALD_OUTPUT -p tcp -m owner --uid-owner 1002 -j REDIRECT --to-ports 15002")
        .doesNotContain("HERALD_OUTPUT -p tcp -j REDIRECT");
  }

  @Test
  void aUserThatIsNoWorkloadIsRefusedWhereWorkloadsHaveUsers() {
    CaptureSettings one = settings(Mode.REDIRECT, List.of(new Caller(1001, 15001)));
    assertThat(chain(NftRules.install(one), "refuse"))
        .startsWith(
            "type filter hook output priority 0; policy accept;",
            "meta l4proto != tcp return",
            "tcp flags & (fin | syn | rst | ack) != syn return",
            "meta skuid 1337 return",
            "ip daddr 127.0.0.0/8 return")
        .contains("tcp dport { 3306, 9042 } return", "ip daddr { 10.9.0.0/16 } return")
        .endsWith("meta l4proto tcp reject with tcp reset");
    for (boolean six : new boolean[] {false, true}) {
      assertThat(refused(new IptablesRules(one, six).restore()))
          .startsWith(
              "-A HERALD_REFUSE -p tcp ! --syn -j RETURN",
              "-A HERALD_REFUSE -m owner --uid-owner 1337 -j RETURN",
              "-A HERALD_REFUSE -d " + (six ? "::1/128" : "127.0.0.0/8") + " -j RETURN")
          .endsWith("-A HERALD_REFUSE -p tcp -j REJECT --reject-with tcp-reset");
    }
  }

  @Test
  void whereEverybodyIsTheOneWorkloadNobodyIsRefused() {
    assertThat(NftRules.install(everybody(Mode.REDIRECT))).doesNotContain("chain refuse");
    assertThat(refused(new IptablesRules(everybody(Mode.REDIRECT), false).restore())).isEmpty();
  }

  @Test
  void whereOnlySomeAddressesAreCapturedOnlyCallsToTheseAreRefused() {
    CaptureSettings some =
        new CaptureSettings(
            Mode.REDIRECT,
            PROXY,
            0,
            List.of(new Caller(1001, 15001)),
            ports(15001),
            ports(),
            ports(),
            ports(),
            ports(),
            List.of(AddressBlock.parse("10.0.0.0/8")),
            List.of(),
            List.of());
    assertThat(chain(NftRules.install(some), "refuse"))
        .containsSubsequence(
            "ip daddr != { 10.0.0.0/8 } return",
            "meta nfproto ipv6 return",
            "meta l4proto tcp reject with tcp reset");
    assertThat(refused(new IptablesRules(some, false).restore()))
        .endsWith("-A HERALD_REFUSE -p tcp -d 10.0.0.0/8 -j REJECT --reject-with tcp-reset");
    assertThat(new IptablesRules(some, true).restore()).doesNotContain("REJECT");
  }

  @Test
  void aConnectionThatIsUnderWayWhenRulesComeIsNotLedElsewhere() {
    String rules = NftRules.install(everybody(Mode.REDIRECT));
    for (String chain : List.of("output", "prerouting")) {
      assertThat(chain(rules, chain)).contains("tcp flags & (fin | syn | rst | ack) != syn return");
    }
    assertThat(new IptablesRules(everybody(Mode.REDIRECT), false).restore())
        .contains(
            "-A HERALD_OUTPUT -p tcp ! --syn -j RETURN",
            "-A HERALD_PREROUTING -p tcp ! --syn -j RETURN");
  }

  @Test
  void aWorkloadOfTheProxysOwnUserIsRefused() {
    assertThatThrownBy(() -> settings(Mode.REDIRECT, List.of(new Caller(PROXY, 15001))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in circles");
  }

  @Test
  void excludedPortsAndRangesLeaveAsTheyAreAndAreLeftBeforeAnythingIsLed() {
    List<String> output = chain(NftRules.install(everybody(Mode.REDIRECT)), "output");
    assertThat(output)
        .containsSubsequence(
            "tcp dport { 3306, 9042 } return",
            "ip daddr { 10.9.0.0/16 } return",
            "ip6 daddr { fd00:9:0:0:0:0:0:0/32 } return",
            "meta l4proto tcp redirect to :15001");
  }

  @Test
  void onlyIncludedRangesAreCapturedInEitherFamily() {
    CaptureSettings four =
        new CaptureSettings(
            Mode.REDIRECT,
            PROXY,
            0,
            List.of(new Caller(Caller.EVERYBODY, 15001)),
            ports(15001),
            ports(),
            ports(),
            ports(),
            ports(),
            List.of(AddressBlock.parse("10.0.0.0/8")),
            List.of(),
            List.of());
    assertThat(chain(NftRules.install(four), "output"))
        .containsSubsequence("ip daddr != { 10.0.0.0/8 } return", "meta nfproto ipv6 return");
    assertThat(new IptablesRules(four, false).restore())
        .contains("-A HERALD_OUTPUT -p tcp -d 10.0.0.0/8 -j REDIRECT --to-ports 15001");
    assertThat(new IptablesRules(four, true).restore()).doesNotContain("--to-ports");
  }

  @Test
  void whatArrivesIsLedToTheProxyExceptItsOwnAndExcludedPorts() {
    assertThat(chain(NftRules.install(everybody(Mode.REDIRECT)), "prerouting"))
        .containsSubsequence(
            "iifname \"lo\" return",
            "fib daddr type != local return",
            "tcp dport { 22, 15001, 15006, 15021 } return",
            "meta l4proto tcp redirect to :15006");
  }

  @Test
  void nothingFromOutsideReachesAServicePastTheProxy() {
    assertThat(chain(NftRules.install(everybody(Mode.REDIRECT)), "input"))
        .contains("iifname != \"lo\" tcp dport { 9000 } drop");
    assertThat(new IptablesRules(everybody(Mode.REDIRECT), false).restore())
        .contains("-A HERALD_INPUT ! -i lo -p tcp -m multiport --dports 9000 -j DROP");
  }

  /** At another address: whoever calls the service's own address is dropped as ever. */
  @Test
  void aListenerWithTheSamePortAsAServiceIsReachedFromOutside() {
    for (Mode mode : Mode.values()) {
      assertThat(chain(NftRules.install(everybody(mode)), "input"))
          .containsSubsequence(
              "ip daddr 10.0.0.5/32 tcp dport 9000 return",
              "ip6 daddr fd00:0:0:0:0:0:0:5/128 tcp dport 9000 return")
          .last()
          .asString()
          .endsWith("drop");
      String four = new IptablesRules(everybody(mode), false).restore();
      assertThat(four).doesNotContain("fd00:0:0:0:0:0:0:5");
      assertThat(input(four).getFirst())
          .isEqualTo("-A HERALD_INPUT -p tcp -d 10.0.0.5/32 --dport 9000 -j RETURN");
      assertThat(input(new IptablesRules(everybody(mode), true).restore()).getFirst())
          .isEqualTo("-A HERALD_INPUT -p tcp -d fd00:0:0:0:0:0:0:5/128 --dport 9000 -j RETURN");
    }
  }

  @Test
  void transparentCaptureLeavesAnswersToTheMachinesOwnCallsAlone() {
    assertThat(chain(NftRules.install(everybody(Mode.TPROXY)), "prerouting"))
        .containsSubsequence(
            "ct direction reply return",
            "meta nfproto ipv4 meta l4proto tcp tproxy ip to :15006 meta mark set 0x4844 accept",
            "meta nfproto ipv6 meta l4proto tcp tproxy ip6 to :15006 meta mark set 0x4844 accept");
    assertThat(chain(NftRules.install(everybody(Mode.TPROXY)), "input"))
        .contains("iifname != \"lo\" tcp dport { 9000 } meta mark != 0x4844 drop");
  }

  /** nft goes on to the next rule where no socket takes a call; TPROXY of iptables drops it. */
  @Test
  void whereNoProxyListensTransparentCaptureLetsNoNewConnectionIn() {
    assertThat(chain(NftRules.install(everybody(Mode.TPROXY)), "prerouting"))
        .endsWith(
            "meta nfproto ipv6 meta l4proto tcp tproxy ip6 to :15006 meta mark set 0x4844 accept",
            "tcp flags & (fin | syn | rst | ack) != syn return",
            "meta l4proto tcp drop");
    assertThat(
            new IptablesRules(everybody(Mode.TPROXY), false)
                .restore()
                .lines()
                .filter(line -> line.startsWith("-A HERALD_TPROXY")))
        .last()
        .asString()
        .startsWith("-A HERALD_TPROXY -p tcp -j TPROXY ");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void withoutAnInboundListenerServicesAreDroppedAndElseNothingThatArrivesIsTouched(Mode mode) {
    CaptureSettings out =
        new CaptureSettings(
            mode,
            PROXY,
            0,
            List.of(new Caller(Caller.EVERYBODY, 15001)),
            ports(15001),
            ports(9000),
            ports(),
            ports(22),
            ports(),
            List.of(),
            List.of(),
            List.of(new Listener(AddressBlock.parse("10.0.0.5"), 9000)));
    assertThat(NftRules.install(out)).doesNotContain("prerouting");
    assertThat(chain(NftRules.install(out), "input"))
        .containsExactly(
            "type filter hook input priority 0; policy accept;",
            "ip daddr 10.0.0.5/32 tcp dport 9000 return",
            "iifname != \"lo\" tcp dport { 9000 } drop");
    String iptables = new IptablesRules(out, false).restore();
    assertThat(iptables).doesNotContain("-A HERALD_PREROUTING").doesNotContain("-A HERALD_TPROXY");
    assertThat(input(iptables))
        .containsExactly(
            "-A HERALD_INPUT -p tcp -d 10.0.0.5/32 --dport 9000 -j RETURN",
            "-A HERALD_INPUT ! -i lo -p tcp -m multiport --dports 9000 -j DROP");
  }

  @Test
  void installingBeginsWithTakingAwayWhatWasThereInTheSameTransaction() {
    assertThat(NftRules.install(everybody(Mode.REDIRECT)))
        .startsWith("add table inet herald\ndelete table inet herald\ntable inet herald {\n");
  }

  /** In a network namespace of its own, the system's tools read the very text. */
  @ParameterizedTest
  @EnumSource(Mode.class)
  void theSystemTakesTheRules(Mode mode) throws Exception {
    assumeTrue(
        Commands.run(List.of("unshare", "-n", "nft", "list", "tables")).well(),
        "not run: needs root and nft");
    Path file = Files.createTempFile("herald-capture", ".nft");
    try {
      Files.writeString(file, NftRules.install(everybody(mode)));
      String list = "nft -f " + file + " && nft -f " + file + " && nft list table inet herald";
      Commands.Said said = Commands.run(List.of("unshare", "-n", "sh", "-c", list));
      assertThat(said.code()).as(said.text()).isZero();
      assertThat(said.text()).contains("skuid 1337 return");
      Commands.Said gone =
          Commands.run(
              List.of("unshare", "-n", "nft", "-f", "-"), NftRules.remove() + NftRules.remove());
      assertThat(gone.code()).as(gone.text()).isZero();
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void theSystemTakesRulesForSeveralUsers() {
    CaptureSettings two =
        settings(Mode.REDIRECT, List.of(new Caller(1001, 15001), new Caller(1002, 15002)));
    assumeTrue(
        Commands.run(List.of("unshare", "-n", "nft", "list", "tables")).well(),
        "not run: needs root and nft");
    Commands.Said nft =
        Commands.run(List.of("unshare", "-n", "nft", "-f", "-"), NftRules.install(two));
    assertThat(nft.code()).as(nft.text()).isZero();
    for (String tool : List.of("iptables-restore", "ip6tables-restore")) {
      Commands.Said said =
          Commands.run(
              List.of("unshare", "-n", tool, "--noflush"),
              new IptablesRules(two, tool.startsWith("ip6")).restore());
      assertThat(said.code()).as(said.text()).isZero();
    }
  }

  /** As {@link #theSystemTakesTheRules} for iptables, both families. */
  @ParameterizedTest
  @EnumSource(Mode.class)
  void iptablesTakesTheRules(Mode mode) {
    for (boolean six : new boolean[] {false, true}) {
      String tool = six ? "ip6tables" : "iptables";
      assumeTrue(
          Commands.run(List.of("unshare", "-n", tool, "-t", "nat", "-S")).well(),
          "not run: needs root and " + tool);
      Commands.Said said =
          Commands.run(
              List.of("unshare", "-n", tool + "-restore", "--noflush"),
              new IptablesRules(everybody(mode), six).restore());
      assertThat(said.code()).as(said.text()).isZero();
    }
  }

  private static List<String> input(String restore) {
    return restore.lines().filter(line -> line.startsWith("-A HERALD_INPUT")).toList();
  }

  private static List<String> refused(String restore) {
    return restore.lines().filter(line -> line.startsWith("-A HERALD_REFUSE")).toList();
  }

  private static CaptureSettings everybody(Mode mode) {
    return settings(mode, List.of(new Caller(Caller.EVERYBODY, 15001)));
  }

  private static CaptureSettings settings(Mode mode, List<Caller> callers) {
    return new CaptureSettings(
        mode,
        PROXY,
        15006,
        callers,
        ports(15001, 15006, 15021),
        ports(9000),
        ports(),
        ports(22),
        ports(3306, 9042),
        List.of(),
        List.of(AddressBlock.parse("10.9.0.0/16"), AddressBlock.parse("fd00:9::/32")),
        List.of(
            new Listener(AddressBlock.parse("10.0.0.5"), 9000),
            new Listener(AddressBlock.parse("fd00::5"), 9000)));
  }

  private static SortedSet<Integer> ports(Integer... ports) {
    return new TreeSet<>(List.of(ports));
  }

  private static List<String> chain(String rules, String name) {
    return rules
        .lines()
        .dropWhile(line -> !line.equals("  chain " + name + " {"))
        .skip(1)
        .takeWhile(line -> !line.equals("  }"))
        .map(String::strip)
        .toList();
  }
}
