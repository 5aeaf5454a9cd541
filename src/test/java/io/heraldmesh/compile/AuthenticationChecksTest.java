package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.requestAuthentication;
import static io.heraldmesh.compile.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lint says of v1alpha1 policies that are right by themselves. */
class AuthenticationChecksTest {
  private static final String TOKENS = "{jwtRules: [{issuer: https://a.example}]}";

  @Test
  void aTargetWithoutItsServiceOrPortIsWarnedOf() {
    String policy =
        old(
            "a",
            "p",
            "{targets: [{name: web, ports: [{number: 81}, {name: http}]}, {name: shop}]}");
    List<Problem> problems = problems(service("a", "web"), policy);
    assertThat(problems).extracting(p -> p.code().id()).containsOnly("HLD1008");
    assertThat(problems)
        .extracting(p -> p.at().field())
        .containsExactly("spec.targets[0].ports[0]", "spec.targets[1].name");
    assertThat(problems.getFirst().message()).contains("service a/web has no port 81");
    assertThat(problems(service("b", "web"), old("a", "p", "{targets: [{name: web}]}")))
        .extracting(p -> p.code().id())
        .containsExactly("HLD1008");
  }

  @Test
  void theYoungerOfTwoForOnePlaceIsWarnedOf() {
    String one = old("a", "one", "{targets: [{name: web}]}");
    String two = old("a", "two", "{targets: [{name: web}]}");
    String port = old("a", "port", "{targets: [{name: web, ports: [{name: http}]}]}");
    assertThat(problems(service("a", "web"), one, port)).isEmpty();
    assertThat(problems(service("a", "web"), one, two))
        .singleElement()
        .satisfies(p -> assertThat(p.code().id()).isEqualTo("HLD0802"))
        .satisfies(p -> assertThat(p.message()).contains("policy a/two", "policy a/one is older"));
  }

  @Test
  void bothApisForOneWorkloadAreWarnedOf() {
    String mesh =
        """
        apiVersion: authentication.istio.io/v1alpha1
        kind: MeshPolicy
        metadata: {name: default}
        spec: {peers: [{mtls: {}}]}
        """;
    assertThat(problems(mesh, peerAuthentication("b", "x", "{}"))).hasSize(1);
    assertThat(problems(mesh, requestAuthentication("b", "x", TOKENS)))
        .as("without origins tokens are none of the old policy's business")
        .isEmpty();
    String web = old("a", "web", "{targets: [{name: web}], origins: [{jwt: {issuer: https://a}}]}");
    String all = service("a", "web");
    assertThat(problems(all, web, requestAuthentication("a", "x", TOKENS)))
        .singleElement()
        .satisfies(p -> assertThat(p.code().id()).isEqualTo("HLD1009"))
        .satisfies(p -> assertThat(p.at().field()).isEqualTo("spec.targets[0].name"))
        .satisfies(p -> assertThat(p.message()).contains("both are enforced"))
        .satisfies(p -> assertThat(p.hint()).contains("herald convert"));
    assertThat(problems(all, web, peerAuthentication("istio-system", "default", "{}"))).hasSize(1);
    assertThat(problems(all, web, peerAuthentication("b", "x", "{}"))).isEmpty();
    assertThat(
            problems(
                all, web, peerAuthentication("a", "x", "{selector: {matchLabels: {app: shop}}}")))
        .isEmpty();
    assertThat(
            problems(
                all, web, peerAuthentication("a", "x", "{selector: {matchLabels: {v: \"1\"}}}")))
        .hasSize(1);
  }

  private static List<Problem> problems(String... documents) {
    return CrossChecks.check(read(documents)).all().stream()
        .filter(p -> p.code() != ProblemCode.SELECTS_NOTHING)
        .toList();
  }

  private static String old(String namespace, String name, String spec) {
    return """
    apiVersion: authentication.istio.io/v1alpha1
    kind: Policy
    metadata: {name: %s, namespace: %s}
    spec: %s
    """
        .formatted(name, namespace, spec);
  }
}
