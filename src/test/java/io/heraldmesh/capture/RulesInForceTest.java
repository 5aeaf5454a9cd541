package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Namespaces;
import io.heraldmesh.OtherUser;
import io.heraldmesh.capture.CaptureSettings.Mode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel makes of the rules of nftables, in network namespaces of their own. */
@Timeout(120)
class RulesInForceTest {
  private static final int SERVICE = 9292;

  /** The first namespace as the second dials it, and the second as the first sees it. */
  private static final Map<String, String> FAMILIES =
      Map.of("10.77.5.1", "10.77.5.2", "fd77:5::1", "fd77:5:0:0:0:0:0:2");

  @ParameterizedTest
  @CsvSource({"REDIRECT, refused", "TPROXY, nothing"})
  void whereNoProxyListensNobodyReachesAPortFromOutside(Mode mode, String outcome)
      throws Exception {
    try (Namespaces namespaces = new Namespaces()) {
      Process service = serve(namespaces);
      try {
        for (Map.Entry<String, String> family : FAMILIES.entrySet()) {
          assertThat(call(namespaces.inSecond(), "::", family.getKey()))
              .as("without rules")
              .isEqualTo(family.getValue());
        }
        namespaces.rules(NftRules.install(settings(mode, OtherUser.UID)));
        for (String address : FAMILIES.keySet()) {
          assertThat(call(namespaces.inSecond(), "::", address)).isEqualTo(outcome);
        }
      } finally {
        ended(service);
      }
    }
  }

  /** The calls of the test are root's: of another program at first, then of the proxy. */
  @Test
  void nobodyButTheProxyCallsFromTheAddressByWhichServicesKnowIt() throws Exception {
    try (Namespaces namespaces = new Namespaces()) {
      Process service = serve(namespaces);
      try {
        List<String> first = namespaces.inFirst();
        assertThat(call(first, "127.0.0.6", "127.0.0.1")).isEqualTo("127.0.0.6");
        namespaces.rules(NftRules.install(settings(Mode.REDIRECT, OtherUser.UID)));
        assertThat(call(first, "127.0.0.6", "127.0.0.1")).isEqualTo("refused");
        assertThat(call(first, "127.0.0.6", "10.77.5.1")).isEqualTo("refused");
        assertThat(call(first, "::", "127.0.0.1")).isEqualTo("127.0.0.1");
        namespaces.rules(NftRules.install(settings(Mode.REDIRECT, OtherUser.myUid())));
        assertThat(call(first, "127.0.0.6", "127.0.0.1")).isEqualTo("127.0.0.6");
      } finally {
        ended(service);
      }
    }
  }

  private static CaptureSettings settings(Mode mode, int proxy) {
    return new CaptureSettings(
        mode,
        proxy,
        15006,
        List.of(),
        ports(15006),
        ports(),
        ports(),
        ports(22),
        ports(),
        List.of(),
        List.of(),
        List.of());
  }

  private static SortedSet<Integer> ports(Integer... ports) {
    return new TreeSet<>(List.of(ports));
  }

  private static String call(List<String> where, String source, String address) throws Exception {
    return Namespaces.run(program(where, "call", source, address, "" + SERVICE)).strip();
  }

  private static Process serve(Namespaces namespaces) throws Exception {
    Process process =
        new ProcessBuilder(program(namespaces.inFirst(), "serve", "" + SERVICE))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).as("the service began to listen").isEqualTo("ready");
    return process;
  }

  private static void ended(Process process) throws Exception {
    process.getOutputStream().close();
    assertThat(process.waitFor()).isZero();
  }

  private static List<String> program(List<String> where, String... arguments) {
    List<String> command = new ArrayList<>(where);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx32m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            PlainProgram.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
