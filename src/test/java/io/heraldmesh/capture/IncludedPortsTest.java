package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.capture.CaptureSettings.Mode;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of what arrives the included ports are captured, however many; a rule takes 15 of them. */
class IncludedPortsTest {

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theyAreLedToTheProxyByAsManyRulesAsItTakes(Mode mode) {
    SortedSet<Integer> ports = ports(7001, 7031);
    List<String> led = led(settings(mode, ports), false);
    assertThat(led).hasSize(3).isEqualTo(led(settings(mode, ports), true));
    assertThat(led.getFirst())
        .contains(" -p tcp -m multiport --dports " + list(ports(7001, 7015)) + " -j ");
    assertThat(led.get(1)).contains("--dports " + list(ports(7016, 7030)) + " -j ");
    assertThat(led.getLast()).contains("--dports 7031 -j ");
    assertThat(led(settings(mode, new TreeSet<>()), false))
        .singleElement()
        .asString()
        .doesNotContain("--dports");
  }

  @Test
  void whatIsKeptOutAndWhatIsUnderWayIsLeftAloneBeforeThem() {
    String rules = new IptablesRules(settings(Mode.REDIRECT, ports(7001, 7016)), false).restore();
    assertThat(rules.lines().filter(line -> line.startsWith("-A HERALD_PREROUTING")))
        .containsExactly(
            "-A HERALD_PREROUTING -i lo -j RETURN",
            "-A HERALD_PREROUTING -m addrtype ! --dst-type LOCAL -j RETURN",
            "-A HERALD_PREROUTING -p tcp -m multiport --dports 22,15006 -j RETURN",
            "-A HERALD_PREROUTING -p tcp ! --syn -j RETURN",
            "-A HERALD_PREROUTING -p tcp -m multiport --dports "
                + list(ports(7001, 7015))
                + " -j REDIRECT --to-ports 15006",
            "-A HERALD_PREROUTING -p tcp -m multiport --dports 7016 -j REDIRECT --to-ports 15006");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theSystemTakesThem(Mode mode) {
    for (boolean six : new boolean[] {false, true}) {
      String tool = six ? "ip6tables" : "iptables";
      assumeTrue(
          Commands.run(List.of("unshare", "-n", tool, "-t", "nat", "-S")).well(),
          "not run: needs root and " + tool);
      Commands.Said said =
          Commands.run(
              List.of("unshare", "-n", tool + "-restore", "--noflush"),
              new IptablesRules(settings(mode, ports(7001, 7040)), six).restore());
      assertThat(said.code()).as(said.text()).isZero();
    }
  }

  private static List<String> led(CaptureSettings settings, boolean six) {
    return new IptablesRules(settings, six)
        .restore()
        .lines()
        .filter(line -> line.endsWith("-ports 15006") || line.contains("-j TPROXY"))
        .toList();
  }

  private static CaptureSettings settings(Mode mode, SortedSet<Integer> included) {
    return new CaptureSettings(
        mode,
        1337,
        15006,
        List.of(),
        ports(15006, 15006),
        new TreeSet<>(),
        included,
        ports(22, 22),
        new TreeSet<>(),
        List.of(),
        List.of(),
        List.of());
  }

  private static SortedSet<Integer> ports(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String list(SortedSet<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
