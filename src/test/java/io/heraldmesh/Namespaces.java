package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two network namespaces of this machine and a wire between them: the first has 10.77.5.1 and
 * fd77:5::1, the second 10.77.5.2 and fd77:5::2. Nothing of the machine's own network is touched.
 */
public final class Namespaces implements AutoCloseable {
  private final String one;
  private final String other;

  /** Skips the test where namespaces and rules of nftables cannot be made: it takes root. */
  public Namespaces() throws Exception {
    OtherUser.assumeThere();
    assumeTrue(
        Files.exists(Path.of("/usr/sbin/nft")) && Files.exists(Path.of("/usr/sbin/ip")),
        "needs ip and nft");
    String name = "hld" + ProcessHandle.current().pid() + "x" + (System.nanoTime() & 0xffff);
    one = name + "a";
    other = name + "b";
    must("ip", "netns", "add", one);
    must("ip", "netns", "add", other);
    must(
        "ip", "link", "add", "v0", "netns", one, "type", "veth", "peer", "name", "v0", "netns",
        other);
    address(one, 1);
    address(other, 2);
  }

  private static void address(String namespace, int last) throws Exception {
    must("ip", "-n", namespace, "link", "set", "lo", "up");
    must("ip", "-n", namespace, "addr", "add", "10.77.5." + last + "/24", "dev", "v0");
    must(
        "ip",
        "-n",
        namespace,
        "-6",
        "addr",
        "add",
        "fd77:5::" + last + "/64",
        "dev",
        "v0",
        "nodad");
    must("ip", "-n", namespace, "link", "set", "v0", "up");
    must("ip", "-n", namespace, "route", "add", "default", "dev", "v0");
    must("ip", "-n", namespace, "-6", "route", "add", "default", "dev", "v0");
  }

  /** A command in the first namespace. */
  public List<String> inFirst(String... command) {
    return in(one, command);
  }

  /** A command in the second. */
  public List<String> inSecond(String... command) {
    return in(other, command);
  }

  /** Puts rules in force in the first namespace. */
  public void rules(String nft) throws Exception {
    Process process =
        new ProcessBuilder(inFirst("nft", "-f", "-")).redirectErrorStream(true).start();
    try (var in = process.getOutputStream()) {
      in.write(nft.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  /** What a command prints. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("%s", command).isTrue();
    return said;
  }

  @Override
  public void close() throws Exception {
    must("ip", "netns", "del", one);
    must("ip", "netns", "del", other);
  }

  private static List<String> in(String namespace, String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command));
    return all;
  }

  private static void must(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
  }
}
