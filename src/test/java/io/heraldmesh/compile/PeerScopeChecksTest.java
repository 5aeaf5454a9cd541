package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever writes a PeerAuthentication that does not hold for a workload is told which one does. */
class PeerScopeChecksTest {
  private static final String A = "{selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}}";
  private static final String V1 = "{selector: {matchLabels: {v: '1'}}, mtls: {mode: STRICT}}";

  @Test
  void selectorsThatMeetInAWorkloadAreToldOnceItIsKnown() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: foo}
        spec: {address: 10.0.0.1, labels: {app: a, v: '1'}}
        """;
    String[] policies = {peerAuthentication("foo", "x", A), peerAuthentication("foo", "y", V1)};
    assertThat(CrossChecks.check(read(policies)).warnings()).isEmpty();
    assertThat(texts(CrossChecks.check(read(policies[0], policies[1], entry)).warnings()))
        .singleElement()
        .asString()
        .contains("foo/y has no effect on workloadentry foo/vm", "foo/x is older");
  }

  @Test
  void otherNamespacesAndOtherWorkloadsDoNotMeet() {
    assertThat(
            Meshes.COMPILER
                .compile(
                    read(
                        peerAuthentication("foo", "x", A),
                        peerAuthentication("bar", "x", A),
                        peerAuthentication(
                            "foo", "y", "{selector: {matchLabels: {app: b}}, mtls: {}}")),
                    List.of(workload("foo", "a"), workload("bar", "a"), workload("foo", "b")))
                .problems()
                .warnings())
        .isEmpty();
  }

  private static List<String> texts(List<Problem> problems) {
    return problems.stream().map(Problem::text).toList();
  }
}
