package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Mode;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Services know the proxy by 127.0.0.6: no other program may call from there, whatever else is
 * captured. What the kernel makes of it is in {@link RulesInForceTest}.
 */
class ProxySourceTest {

  static Stream<CaptureSettings> captures() {
    return Stream.of(Mode.values())
        .flatMap(
            mode ->
                Stream.of(
                    settings(mode, 15006, List.of()),
                    settings(mode, 15006, List.of(new Caller(Caller.EVERYBODY, 15001))),
                    settings(mode, 0, List.of(new Caller(1001, 15001)))));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void nftablesRefusesItToAllButTheProxy(CaptureSettings settings) {
    assertThat(
            NftRules.install(settings)
                .lines()
                .map(String::strip)
                .dropWhile(line -> !line.equals("chain proxy_source {")))
        .containsExactly(
            "chain proxy_source {",
            "type filter hook output priority 0; policy accept;",
            "tcp flags & (fin | syn | rst | ack) != syn return",
            "meta skuid 1337 return",
            "ip saddr 127.0.0.6 meta l4proto tcp reject with tcp reset",
            "}",
            "}");
  }

  @ParameterizedTest
  @MethodSource("captures")
  void iptablesRefusesItToAllButTheProxyAndIpv6HasNoSuchAddress(CaptureSettings settings) {
    assertThat(source(new IptablesRules(settings, false)))
        .containsExactly(
            "-A HERALD_SOURCE -p tcp ! --syn -j RETURN",
            "-A HERALD_SOURCE -m owner --uid-owner 1337 -j RETURN",
            "-A HERALD_SOURCE -s 127.0.0.6/32 -p tcp -j REJECT --reject-with tcp-reset");
    assertThat(source(new IptablesRules(settings, true))).isEmpty();
  }

  private static List<String> source(IptablesRules rules) {
    return rules.restore().lines().filter(line -> line.startsWith("-A HERALD_SOURCE")).toList();
  }

  private static CaptureSettings settings(Mode mode, int inbound, List<Caller> callers) {
    return new CaptureSettings(
        mode,
        1337,
        inbound,
        callers,
        new TreeSet<>(List.of(15001, 15006)),
        new TreeSet<>(List.of(9000)),
        new TreeSet<>(),
        new TreeSet<>(List.of(22)),
        new TreeSet<>(),
        List.of(),
        List.of(),
        List.of());
  }
}
