package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.capture.CaptureSettings;
import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapturePlanTest {
  private static final String ONE =
      """
      - {namespace: a, name: one, runAs: 2001, outbound: {listen: 127.0.0.1:15101, capture: 127.0.0.1:15001},
         ports: [{name: http, port: 8080, app: 127.0.0.1:9000, listen: 0.0.0.0:15106}]}
      """;
  private static final String TWO =
      """
      - {namespace: a, name: two, runAs: 2002, outbound: {capture: 127.0.0.1:15002}}
      """;
  private static final String CAPTURE =
      "capture: {user: 1337, inbound: {listen: 0.0.0.0:15006}, excludeOutboundPorts: [3306]}";

  @TempDir private Path folder;

  @Test
  void aNodeFileBecomesRulesPerUserAndKeepsHeraldsPortsOut() throws IOException {
    CaptureSettings plan = CapturePlan.of(node(ONE + TWO, CAPTURE));
    assertThat(plan.proxyUid()).isEqualTo(1337);
    assertThat(plan.mode()).isEqualTo(Mode.REDIRECT);
    assertThat(plan.inboundPort()).isEqualTo(15006);
    assertThat(plan.callers()).containsExactly(new Caller(2001, 15001), new Caller(2002, 15002));
    assertThat(plan.ownPorts())
        .containsExactly(15000, 15001, 15002, 15006, 15020, 15021, 15101, 15106);
    assertThat(plan.appPorts()).containsExactly(9000);
    assertThat(plan.excludeInboundPorts()).containsExactly(22);
    assertThat(plan.excludeOutboundPorts()).containsExactly(3306);
  }

  @Test
  void aControlNodesOwnPortsAreLeftAlone() throws IOException {
    String control =
        """
        roles: [ca, config, proxy]
          database: {postgres: {url: "postgresql://127.0.0.1:5432/herald", user: herald}}
          control: {listen: 0.0.0.0:15012}
          cluster:
            listen: 10.0.0.1:15701
            members: [{name: node-1, address: "10.0.0.1:15701"}]
            eventBus: {listen: 10.0.0.1:15702}
        """;
    assertThat(CapturePlan.of(node(ONE, control + "  " + CAPTURE)).ownPorts())
        .contains(15012, 15701, 15702);
  }

  @Test
  void aListenerWithThePortOfItsServiceIsReachedAndTheServiceIsNot() throws IOException {
    String same =
        ONE.replace("127.0.0.1:9000", "127.0.0.1:8080").replace("0.0.0.0:15106", "10.0.0.5:8080");
    CaptureSettings plan = CapturePlan.of(node(same, CAPTURE));
    assertThat(plan.appPorts()).containsExactly(8080);
    assertThat(plan.besideApps()).hasToString("[Listener[address=10.0.0.5/32, port=8080]]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.9", "[::1]", "localhost", "nowhere.invalid"})
  void aServiceThatIsOrMayBeOnThisMachineIsNotReachedFromOutside(String host) throws IOException {
    assertThat(CapturePlan.of(node(service(host + ":9000", "0.0.0.0:15106"), CAPTURE)).appPorts())
        .containsExactly(9000);
  }

  /** What is dropped here would be the proxy itself. */
  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "[2001:db8::7]"})
  void aServiceOfAnotherMachineTakesNoPortOfThisOne(String host) throws IOException {
    CaptureSettings plan =
        CapturePlan.of(
            node(
                service(host + ":8080", "0.0.0.0:8080"),
                "capture: {user: 1337, excludeInboundPorts: [8080]}"));
    assertThat(plan.appPorts()).isEmpty();
    assertThat(plan.ownPorts()).contains(8080);
    assertThat(plan.besideApps()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "[::1]:8080,           0.0.0.0:8080",
    "127.0.0.1:8080,       [::]:8080",
    "127.0.0.1:8080,       host.invalid:8080",
    "nowhere.invalid:8080, 0.0.0.0:8080"
  })
  void aListenerThatCannotBeToldFromTheServiceIsRefusedWithWhatToWrite(String app, String listen)
      throws IOException {
    refused(service(app, listen), CAPTURE, "listens on " + listen);
    refused(service(app, listen), CAPTURE, "the service at " + app);
    refused(service(app, listen), CAPTURE, "--socket NAME=10.0.0.5:8080");
  }

  @Test
  void withOneWorkloadEverybodysCallsAreItsOwn() throws IOException {
    assertThat(CapturePlan.of(node(ONE.replace("runAs: 2001, ", ""), CAPTURE)).callers())
        .containsExactly(new Caller(Caller.EVERYBODY, 15001));
  }

  @Test
  void tproxyIsSaidInTheFile() throws IOException {
    String tproxy = CAPTURE.replace("user:", "mode: tproxy, user:");
    assertThat(CapturePlan.of(node(ONE, tproxy)).mode()).isEqualTo(Mode.TPROXY);
  }

  @Test
  void aFileThatDoesNotSayWhoHeraldIsIsRefused() throws IOException {
    refused(ONE, CAPTURE.replace("user: 1337, ", ""), "spec.capture.user is missing");
  }

  @Test
  void aWorkloadThatRunsAsHeraldIsRefused() throws IOException {
    refused(ONE, CAPTURE.replace("1337", "2001"), "runs as uid 2001, as Herald does");
  }

  @Test
  void aPortOfTheSystemsChoiceCannotStandInARule() throws IOException {
    refused(ONE.replace("127.0.0.1:15001", "127.0.0.1:0"), CAPTURE, "outbound.capture of a/one");
  }

  @Test
  void aServiceCannotBeExcludedFromItsOwnProxy() throws IOException {
    refused(
        ONE,
        CAPTURE.replace("excludeOutboundPorts: [3306]", "excludeInboundPorts: [9000]"),
        "past the proxy");
    refused(ONE, "capture: {user: 1337, excludeInboundPorts: [9000]}", "past the proxy");
  }

  @Test
  void aNodeThatCapturesNothingSaysWhatToWrite() throws IOException {
    refused(
        ONE.replace(", capture: 127.0.0.1:15001", ""), "capture: {user: 1337}", "outbound.capture");
  }

  private static String service(String app, String listen) {
    return ONE.replace("127.0.0.1:9000", '"' + app + '"')
        .replace("0.0.0.0:15106", '"' + listen + '"');
  }

  private void refused(String workloads, String capture, String why) throws IOException {
    NodeConfig node = node(workloads, capture);
    assertThatThrownBy(() -> CapturePlan.of(node))
        .isInstanceOfSatisfying(StartFailure.class, e -> assertThat(e.exitCode()).isEqualTo(1))
        .hasMessageContaining(why);
  }

  private NodeConfig node(String workloads, String capture) throws IOException {
    Path file = folder.resolve("node.yaml");
    Files.writeString(
        file,
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: node-1}
        spec:
          stateDir: state
          resources: resources
          %s
          workloads:
        %s
        """
            .formatted(capture, workloads.indent(2)));
    NodeFileReader.Result read = NodeFileReader.read(file);
    assertThat(read.problems().text()).isEmpty();
    NodeConfig config = read.config();
    assertThat(config).isNotNull();
    return Objects.requireNonNull(config);
  }
}
