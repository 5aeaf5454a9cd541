package io.heraldmesh.node;

import static io.heraldmesh.node.NodeFiles.LEAST;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.capture.RunAs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFileWorkloadsTest {
  @TempDir Path folder;
  private NodeFiles files;

  @BeforeEach
  void inAFolder() {
    files = new NodeFiles(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: http-web, port: 8080                             | HTTP
          name: http, port: 8080                                 | HTTP
          name: grpc-web, port: 8080                             | HTTP2
          name: https, port: 8443                                | TCP
          name: web, port: 8080                                  | AUTO
          name: db, port: 3306                                   | TCP
          name: http-db, port: 3306                              | HTTP
          name: db, port: 3306, protocol: auto                   | AUTO
          name: web, port: 8080, protocol: HTTP                  | HTTP
          name: web, port: 8080, protocol: tls                   | TCP
          name: web, port: 8080, protocol: mysql                 | TCP
          name: web, port: 8080, protocol: kubernetes.io/h2c     | HTTP2
          name: web, port: 8080, protocol: kubernetes.io/ws      | HTTP
          """)
  void whatAPortSpeaksIsSaidByItsProtocolItsNameOrItsNumber(String port, Protocol spoken)
      throws IOException {
    assertThat(
            files
                .read(
                    LEAST
                        + "  workloads: [{namespace: a, name: b, ports: [{"
                        + port
                        + ", app: 127.0.0.1:1, listen: 127.0.0.1:2}]}]\n")
                .workloads()
                .getFirst()
                .ports()
                .getFirst()
                .protocol())
        .isEqualTo(spoken);
  }

  @Test
  void servicesOfThisMachineAreCalledOnlyWhenTheFileSaysSo() throws IOException {
    assertThat(files.read(LEAST).allowLoopback()).isFalse();
    assertThat(files.read(LEAST + "  outbound: {}\n").allowLoopback()).isFalse();
    assertThat(files.read(LEAST + "  outbound: {allowLoopback: true}\n").allowLoopback()).isTrue();
  }

  @Test
  void aNodeOfProxiesAloneNeedsCertificatesForEachWorkload() throws IOException {
    String workloads = LEAST + "  roles: [proxy]\n  workloads:\n  - {namespace: a, name: web";
    NodeConfig config = files.read(workloads + ", credentials: {dir: certs}}\n");
    assertThat(config.standalone()).isTrue();
    assertThat(files.read(LEAST).standalone()).isFalse();

    assertThat(files.problems(LEAST + "  roles: [proxy]\n"))
        .contains("error", "spec.workloads", "nothing to do without workloads");
    assertThat(files.problems(workloads + "}\n"))
        .contains("spec.workloads[0].credentials", "needs credentials.dir for each workload");
    assertThat(
            files.problems(
                workloads
                    + ", credentials: {dir: certs}}\n"
                    + "  authority: {cacerts: certs}\n  certificates: {ttl: 1h}\n"))
        .contains(
            "warning", "spec.authority: the field has no effect", "spec.certificates: the field");
  }

  @Test
  void aWorkloadRunsAsAUserOfThisMachine() throws IOException {
    String workload = "  workloads: [{namespace: a, name: b, runAs: %s}]\n";
    assertThat(files.read(LEAST + workload.formatted("root")).workloads().getFirst().runAs())
        .isEqualTo(new RunAs("root", 0));
    assertThat(files.read(LEAST + workload.formatted("4711")).workloads().getFirst().runAs())
        .isEqualTo(new RunAs("4711", 4711));
    for (String high : List.of("1000000000", "2147483648", "'4294967294'")) {
      long uid = Long.parseLong(high.replace("'", ""));
      assertThat(files.read(LEAST + workload.formatted(high)).workloads().getFirst().runAs())
          .isEqualTo(new RunAs(Long.toString(uid), uid));
    }
    for (String beyond : List.of("4294967295", "'4294967295'", "99999999999", "'007'")) {
      assertThat(files.problems(LEAST + workload.formatted(beyond)))
          .contains("spec.workloads[0].runAs", "is no uid: those are 0 to 4294967294");
    }
    for (String user : List.of("no-such-user-here", "'-u'", "'a b'", "-1")) {
      assertThat(files.problems(LEAST + workload.formatted(user)))
          .contains("node.yaml:", "spec.workloads[0].runAs");
    }
  }

  @Test
  void workloadsWhoseCallsAreCapturedAreToldApartByTheirUsers() throws IOException {
    String both =
        "  workloads:\n"
            + "  - {namespace: a, name: b, runAs: 4711, outbound: {capture: 127.0.0.1:15001}}\n"
            + "  - {namespace: a, name: c, %soutbound: {capture: 127.0.0.1:15002}}\n";
    assertThat(files.read(LEAST + both.formatted("runAs: 4712, ")).workloads().getLast().capture())
        .isEqualTo(ListenAddress.parse("127.0.0.1:15002"));
    assertThat(files.problems(LEAST + both.formatted(""))).contains("a/c needs runAs");
    assertThat(files.problems(LEAST + both.formatted("runAs: 4711, ")))
        .contains("a/b and a/c both run as uid 4711");
    assertThat(
            files
                .read(LEAST + both.lines().limit(2).reduce("", (x, y) -> x + y + "\n"))
                .workloads())
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          workloads: [{name: x}]                  | namespace        | required field is missing
          workloads: [{namespace: A, name: b}]    | namespace        | "A" is no name
          workloads: [{namespace: a, name: b_c}]  | name             | "b_c" is no name
          workloads: [{namespace: a, name: b, serviceAccount: "-"}] | serviceAccount | "-" is no name
          workloads: [{namespace: a, name: b, labels: {app: "b c"}}] | labels | "app: b c" is no label
          workloads: [{namespace: a, name: b, ports: [{name: a b, port: 1, app: "h:1", listen: "h:2"}]}] | name | "a b" is no name
          workloads: [{namespace: a, name: b, ports: [{name: p, port: 1, app: "h:1", listen: "h:2", advertise: "1.2.3:4"}]}] | advertise | "1.2.3" is neither an IP address
          workload: []                            | spec.workload    | unknown field
          outbound: {allowLoopback: maybe}        | spec.outbound.allowLoopback | true or false
          outbound: {loopback: true}              | spec.outbound.loopback | unknown field
          """)
  void aMistakeIsNamedWithItsPlace(String line, String field, String message) throws IOException {
    files.refuses(line, field, message);
  }
}
