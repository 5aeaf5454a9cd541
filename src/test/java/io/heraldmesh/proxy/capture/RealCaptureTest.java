package io.heraldmesh.proxy.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Namespaces;
import io.heraldmesh.OtherUser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that the kernel really captured, in network namespaces of their own. */
@Timeout(120)
class RealCaptureTest {
  private static final int REDIRECTED = 15006;
  private static final int TRANSPARENT = 15007;

  /** What arrives at 9000 is redirected, at 9001 led here as it is; so are calls to 9002. */
  private static final String RULES =
      """
      table inet t {
        chain out {
          type nat hook output priority -100;
          meta skuid %1$d tcp dport 9002 redirect to :%2$d
        }
        chain pre {
          type nat hook prerouting priority -100;
          iifname "v0" tcp dport 9000 redirect to :%2$d
        }
        chain mangle {
          type filter hook prerouting priority -150;
          iifname "v0" meta nfproto ipv4 tcp dport 9001 tproxy ip to :%3$d meta mark set 7 accept
          iifname "v0" meta nfproto ipv6 tcp dport 9001 tproxy ip6 to :%3$d meta mark set 7 accept
        }
      }
      """
          .formatted(OtherUser.UID, REDIRECTED, TRANSPARENT);

  @Test
  void theListenerKnowsWhereItsClientWasGoingAndWhoseItIs() throws Exception {
    try (Namespaces namespaces = new Namespaces()) {
      namespaces.rules(RULES);
      for (String family : List.of("-4", "-6")) {
        String all = family.equals("-4") ? "0.0.0.0/0" : "::/0";
        Namespaces.run(
            namespaces.inFirst("ip", family, "rule", "add", "fwmark", "7", "lookup", "77"));
        Namespaces.run(
            namespaces.inFirst(
                "ip", family, "route", "add", "local", all, "dev", "lo", "table", "77"));
      }
      Process process = start(namespaces);
      try {
        told(namespaces);
      } finally {
        process.getOutputStream().close();
        process.waitFor();
      }
    }
  }

  private static void told(Namespaces namespaces) throws Exception {
    List<String> second = namespaces.inSecond();
    for (int port : List.of(9000, 9001)) {
      assertThat(dial(second, "10.77.5.1", port)).isEqualTo("10.77.5.1 " + port + " uid -1");
      assertThat(dial(second, "fd77:5::1", port))
          .isEqualTo("fd77:5:0:0:0:0:0:1 " + port + " uid -1");
    }
    List<String> otherUser =
        namespaces.inFirst(
            "setpriv", "--reuid=" + OtherUser.UID, "--regid=" + OtherUser.UID, "--clear-groups");
    assertThat(dial(otherUser, "10.96.3.4", 9002)).isEqualTo("10.96.3.4 9002 uid " + OtherUser.UID);
    assertThat(dial(otherUser, "2001:db8::7", 9002))
        .isEqualTo("2001:db8:0:0:0:0:0:7 9002 uid " + OtherUser.UID);
    for (List<String> who : List.of(second, otherUser)) {
      for (int port : List.of(REDIRECTED, TRANSPARENT)) {
        assertThat(dial(who, "10.77.5.1", port)).isEqualTo("not captured");
        assertThat(dial(who, "fd77:5::1", port)).isEqualTo("not captured");
      }
    }
  }

  private static String dial(List<String> who, String address, int port) throws Exception {
    List<String> command = new ArrayList<>(who);
    command.addAll(List.of("timeout", "10", "bash", "-c", "cat </dev/tcp/" + address + "/" + port));
    return Namespaces.run(command).strip();
  }

  private static Process start(Namespaces namespaces) throws Exception {
    Process process =
        new ProcessBuilder(
                namespaces.inFirst(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-Xmx64m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    CapturedSockets.class.getName(),
                    Integer.toString(REDIRECTED),
                    Integer.toString(TRANSPARENT)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.equals("ready")) {
      line = out.readLine();
    }
    assertThat(line).as("the process began to listen").isEqualTo("ready");
    return process;
  }
}
