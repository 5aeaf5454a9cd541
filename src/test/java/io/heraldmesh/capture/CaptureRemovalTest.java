package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * After {@code capture remove} the machine's rules are those of before, whichever tool has them.
 */
@Timeout(120)
class CaptureRemovalTest {
  private static final List<String> TOOLS =
      List.of(
          "iptables",
          "iptables-save",
          "iptables-restore",
          "ip6tables",
          "ip6tables-save",
          "ip6tables-restore");

  @TempDir Path folder;

  /**
   * {@code alone}: iptables where nft is not there; {@code legacy}: iptables with the kernel's
   * older tables, which stay once they were asked for.
   */
  @ParameterizedTest
  @CsvSource({
    "nft,      REDIRECT",
    "nft,      TPROXY",
    "iptables, REDIRECT",
    "iptables, TPROXY",
    "alone,    REDIRECT",
    "alone,    TPROXY",
    "legacy,   REDIRECT",
    "legacy,   TPROXY"
  })
  void nothingIsLeftAndNothingOfOthersIsTaken(String backend, String mode) throws Exception {
    assumeTrue(
        Commands.run(List.of("unshare", "-n", "nft", "list", "tables")).well()
            && Commands.run(List.of("unshare", "-n", "iptables", "-t", "nat", "-S")).well(),
        "not run: needs root, nft and iptables");
    String path = System.getenv("PATH");
    String first = "ip link set lo up";
    if (backend.equals("alone")) {
      path = withoutNft().toString();
    } else if (backend.equals("legacy")) {
      path = legacy() + ":" + path;
      first += "; " + asked("iptables") + "; " + asked("ip6tables");
    }
    String tool = backend.equals("nft") ? "nft" : "iptables";
    ProcessBuilder round =
        new ProcessBuilder(
            "unshare",
            "-n",
            "bash",
            "-c",
            first + "; exec \"$0\" -Xmx64m -XX:TieredStopAtLevel=1 -cp \"$1\" \"$2\" \"$3\" \"$4\"",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            System.getProperty("java.class.path"),
            CaptureRound.class.getName(),
            tool,
            mode);
    round.environment().put("PATH", path);
    Process process = round.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("as before");
  }

  private static String asked(String tool) {
    return IptablesRules.TABLES.stream()
        .map(table -> tool + " -t " + table + " -S > /dev/null")
        .reduce("true", (all, one) -> all + "; " + one);
  }

  /** A folder with all that is needed and no nft. */
  private Path withoutNft() throws Exception {
    for (String tool : TOOLS) {
      leads(tool, Path.of("/usr/sbin", tool));
    }
    leads("ip", Path.of("/usr/sbin/ip"));
    leads("bash", Path.of("/bin/bash"));
    return folder;
  }

  private void leads(String name, Path to) throws Exception {
    Path script = folder.resolve(name);
    Files.writeString(script, "#!/bin/sh\nexec " + to + " \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A folder in which the usual names lead to the legacy tools; skips where there are none. */
  private Path legacy() throws Exception {
    for (String tool : TOOLS) {
      Path there = Path.of("/usr/sbin", tool.replace("tables", "tables-legacy"));
      assumeTrue(Files.exists(there), "not run: needs " + there);
      leads(tool, there);
    }
    assumeTrue(
        Commands.run(List.of("unshare", "-n", "iptables-legacy", "-t", "nat", "-S")).well()
            && Commands.run(List.of("unshare", "-n", "ip6tables-legacy", "-t", "nat", "-S")).well(),
        "not run: this kernel has no legacy tables");
    return folder;
  }
}
