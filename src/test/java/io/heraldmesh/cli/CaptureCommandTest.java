package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.capture.ShownRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a script sees of {@code herald capture install --dry-run}, which changes nothing. */
class CaptureCommandTest {
  private static final String NODE =
      """
      apiVersion: herald.io/v1alpha1
      kind: Node
      metadata: {name: node-1}
      spec:
        stateDir: state
        resources: resources
        capture: {user: 1337, inbound: {listen: "[::]:15006"}, excludeOutboundPorts: [3306]}
        workloads:
        - {namespace: a, name: one, runAs: 2001, outbound: {capture: "[::]:15001"},
           ports: [{name: http, port: 8080, app: 127.0.0.1:9000, listen: 0.0.0.0:15106}]}
      """;

  @TempDir Path folder;

  @Test
  void theRulesOfTheNodeFileArePrinted() throws IOException {
    CommandRun nft = dryRun("--backend", "nft");
    assertThat(nft.code()).as(nft.err()).isZero();
    assertThat(nft.out())
        .contains(
            "table inet herald {",
            "meta skuid 1337 return",
            "tcp dport { 3306 } return",
            "meta skuid 2001 meta l4proto tcp redirect to :15001",
            "meta l4proto tcp reject with tcp reset",
            "meta l4proto tcp redirect to :15006");
  }

  @Test
  void whatIsGivenStandsInsteadOfWhatTheFileSays() throws IOException {
    CommandRun run =
        dryRun(
            "--backend",
            "nft",
            "--proxy-uid",
            "4711",
            "--mode",
            "tproxy",
            "--exclude-outbound-ports",
            "25,465",
            "--exclude-inbound-ports",
            "22,9100",
            "--include-outbound-ip-ranges",
            "10.0.0.0/8",
            "--exclude-outbound-ip-ranges",
            "10.9.0.0/16,10.9.1.0/24");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "meta skuid 4711 return",
            "tproxy ip to :15006",
            "tproxy ip6 to :15006",
            "tcp dport { 25, 465 } return",
            "9100",
            "ip daddr != { 10.0.0.0/8 } return",
            "ip daddr { 10.9.0.0/16 } return",
            "ip daddr { 10.9.1.0/24 } return")
        .doesNotContain("3306", "1337");
  }

  @Test
  void anotherUserThanTheFilesIsWarnedOf() throws IOException {
    assertThat(dryRun("--backend", "nft", "--proxy-uid", "4711").err())
        .contains("warning: --proxy-uid is uid 4711, but spec.capture.user is uid 1337");
    assertThat(dryRun("--backend", "nft", "--proxy-uid", "1337").err()).isEmpty();
  }

  @Test
  void theNamesOfIstioIptablesAreUnderstood() throws IOException {
    CommandRun run =
        dryRun(
            "--backend",
            "nft",
            "-u",
            "4711",
            "--istio-local-outbound-ports-exclude",
            "25",
            "--istio-service-cidr",
            "*",
            "--istio-service-exclude-cidr",
            "fd00::/8");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("meta skuid 4711 return", "tcp dport { 25 } return", "ip6 daddr { fd00")
        .doesNotContain("!= {");
  }

  @Test
  void nothingIsExcludedByAnEmptyList() throws IOException {
    CommandRun run = dryRun("--backend", "nft", "--istio-local-outbound-ports-exclude", "");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("redirect to :15001").doesNotContain("3306");
  }

  @Test
  void usersOfALargeDirectoryHaveHighNumbers() throws IOException {
    String high = NODE.replace("1337", "4294967294").replace("2001", "2147483648");
    CommandRun nft = install(high, "--backend", "nft");
    assertThat(nft.code()).as(nft.err()).isZero();
    assertThat(nft.out()).contains("meta skuid 4294967294 return", "meta skuid 2147483648 meta");
    assertThat(install(high, "--backend", "iptables").out())
        .contains("--uid-owner 4294967294 -j RETURN", "--uid-owner 2147483648 -j REDIRECT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --mode                       | ipvs          | mode
          --exclude-outbound-ports     | 0             | is no port
          --exclude-outbound-ports     | 65536         | is no port
          --exclude-inbound-ports      | ssh           | is no port
          --exclude-outbound-ports     | *             | is no port
          --exclude-outbound-ip-ranges | 10.0.0.0/33   | is no address block
          --include-outbound-ip-ranges | example.com   | is no address block
          --include-inbound-ports      | ''            | write * for everything
          --istio-inbound-ports        | ''            | spec.capture.inbound
          --istio-service-cidr         | ''            | outbound.capture
          --proxy-uid                  | no-such-one   | is no user of this machine
          --proxy-uid                  | 4294967295    | is no uid
          --socket                     | in            | NAME=[ADDRESS:]PORT
          --socket                     | in=0          | is no port
          --socket                     | in=web:8080   | is neither a port nor
          --socket                     | in=10.0.0.5:0 | is neither a port nor
          --socket                     | in=fd00::5:80 | is neither a port nor
          --backend                    | pf            | backend
          """)
  void wrongUsageEndsWith2AndSaysWhatIsWrong(String option, String value, String why)
      throws IOException {
    CommandRun run = dryRun(option, value);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(why);
  }

  @Test
  void aNodeFileThatCannotBeReadIsWrongUsageAndSoIsNone() {
    assertThat(CommandRun.of("capture", "install", "--config", folder.resolve("none")).code())
        .isEqualTo(2);
    assertThat(CommandRun.of("capture", "install").code()).isEqualTo(2);
    assertThat(CommandRun.of("capture").code()).isEqualTo(2);
  }

  @Test
  void rulesInForceAreOneJsonObject() {
    ShownRules shown =
        new ShownRules("text", List.of(new ShownRules.Rule("inet herald", "output", "return")));
    assertThat(CaptureCommand.json("nft", Optional.of(shown)))
        .isEqualTo(
            "{\"captured\":true,\"backend\":\"nft\",\"rules\":[{\"table\":\"inet herald\","
                + "\"chain\":\"output\",\"rule\":\"return\"}]}");
    assertThat(CaptureCommand.json("iptables", Optional.empty()))
        .isEqualTo("{\"captured\":false,\"backend\":\"iptables\",\"rules\":[]}");
  }

  @Test
  void portsOfSocketsThatTheServiceManagerPassesAreGiven() throws IOException {
    String sockets =
        NODE.replace("\"[::]:15001\"", "\"fd:outbound\"").replace("0.0.0.0:15106", "\"fd:in\"");
    CommandRun run = install(sockets, "--backend", "nft", "--socket", "outbound=15009,in=15107");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("meta skuid 2001 meta l4proto tcp redirect to :15009", "15107");
    CommandRun unknown = install(sockets, "--backend", "nft", "--socket", "outbound=15009");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.out()).isEmpty();
    assertThat(unknown.err()).contains("no socket \"in\"", "--socket NAME=PORT");
  }

  @Test
  void aSocketWithThePortOfItsServiceIsGivenWithItsAddress() throws IOException {
    String same =
        NODE.replace("127.0.0.1:9000", "127.0.0.1:8080").replace("0.0.0.0:15106", "\"fd:in\"");
    CommandRun unknown = install(same, "--backend", "nft", "--socket", "in=8080");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.out()).isEmpty();
    assertThat(unknown.err()).contains("--socket NAME=10.0.0.5:8080");
    assertThat(install(same, "--backend", "nft", "--socket", "in=10.0.0.5:8080").out())
        .contains("ip daddr 10.0.0.5/32 tcp dport 8080 return", "tcp dport { 8080 } drop");
    assertThat(install(same, "--backend", "nft", "--socket", "in=[fd00::5]:8080").out())
        .contains("ip6 daddr fd00:0:0:0:0:0:0:5/128 tcp dport 8080 return");
  }

  private CommandRun dryRun(String... options) throws IOException {
    return install(NODE, options);
  }

  private CommandRun install(String node, String... options) throws IOException {
    Path file = Files.writeString(folder.resolve("node.yaml"), node);
    Object[] all = new Object[options.length + 5];
    all[0] = "capture";
    all[1] = "install";
    all[2] = "--dry-run";
    all[3] = "--config";
    all[4] = file;
    System.arraycopy(options, 0, all, 5, options.length);
    return CommandRun.of(all);
  }
}
