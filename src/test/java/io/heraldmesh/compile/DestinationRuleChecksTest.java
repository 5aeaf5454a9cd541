package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.destinationRule;
import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A DestinationRule that will surprise says so before it does. */
class DestinationRuleChecksTest {

  @Test
  void aHostThatNobodyHasIsToldWithTheOneThatWasMeant() {
    assertThat(lint(service("shop", "web"), destinationRule("shop", "r", "{host: web}"))).isEmpty();
    assertThat(lint(service("shop", "web"), destinationRule("shop", "r", "{host: web.shop}")))
        .singleElement()
        .asString()
        .matches("test.yaml:12:14: warning HLD1103 spec.host: .*did you mean web.shop.svc.*");
    assertThat(lint(destinationRule("shop", "r", "{host: '*.example.com'}")))
        .singleElement()
        .asString()
        .contains("HLD1103", "*.example.com");
    assertThat(lint(destinationRule("shop", "r", "{host: '*'}"))).isEmpty();
  }

  @Test
  void theYoungerOfTwoForOneHostIsTold() {
    String a = destinationRule("shop", "a", "{host: web}");
    String b = destinationRule("shop", "b", "{host: web.shop.svc.cluster.local}");
    assertThat(lint(service("shop", "web"), b, a))
        .singleElement()
        .asString()
        .contains("HLD0802", "destinationrule shop/b has no effect", "destinationrule shop/a");
    assertThat(lint(service("shop", "web"), a, b.replace("namespace: shop", "namespace: bank")))
        .isEmpty();
    assertThat(
            lint(
                service("shop", "web"),
                a,
                destinationRule(
                    "shop", "b", "{host: web, workloadSelector: {matchLabels: {app: x}}}")))
        .isEmpty();
  }

  @Test
  void aPortThatTheServiceDoesNotHaveIsTold() {
    assertThat(
            lint(
                service("shop", "web"),
                destinationRule(
                    "shop",
                    "r",
                    "{host: web, trafficPolicy: {portLevelSettings:"
                        + " [{port: {number: 8080}, tls: {mode: DISABLE}}]}}")))
        .singleElement()
        .asString()
        .contains("HLD1103", "has no port 8080, only [80]");
  }

  @Test
  void aSubsetWithoutEndpointsIsToldOnceEndpointsAreKnown() {
    String[] documents = {
      service("shop", "web"),
      destinationRule(
          "shop",
          "r",
          "{host: web, subsets: [{name: v1, labels: {version: v1}},"
              + " {name: all, labels: {app: web}}]}")
    };
    assertThat(lint(documents)).isEmpty();
    assertThat(texts(COMPILER.compile(read(documents), List.of(workload("shop", "web")))))
        .singleElement()
        .asString()
        .contains("HLD0801", "subset \"v1\" of destinationrule shop/r");
  }

  @ParameterizedTest
  @CsvSource({
    "STRICT,     DISABLE,      true",
    "STRICT,     SIMPLE,       true",
    "STRICT,     ISTIO_MUTUAL, false",
    "PERMISSIVE, DISABLE,      false",
    "PERMISSIVE, ISTIO_MUTUAL, false",
    "DISABLE,    ISTIO_MUTUAL, true",
    "DISABLE,    DISABLE,      false",
  })
  void callsThatMustFailAreToldAtTheRule(String server, String client, boolean told) {
    CompiledMesh mesh =
        COMPILER.compile(
            read(
                service("shop", "web"),
                peerAuthentication("shop", "p", "{mtls: {mode: %s}}".formatted(server)),
                destinationRule(
                    "bank",
                    "r",
                    "{host: web.shop.svc.cluster.local, trafficPolicy: {tls: {mode: %s}}}"
                        .formatted(client))),
            List.of(workload("shop", "web"), workload("bank", "teller")));
    if (told) {
      assertThat(texts(mesh))
          .singleElement()
          .asString()
          .contains("HLD1104 spec.trafficPolicy.tls", client + " fails for web.shop.svc");
    } else {
      assertThat(texts(mesh)).isEmpty();
    }
  }

  @Test
  void meshTlsToWhoHasNoProxyIsTold() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: shop}
        spec: {address: 10.0.0.9, labels: {app: web}}
        """;
    assertThat(
            lint(
                service("shop", "web"),
                entry,
                destinationRule(
                    "shop", "r", "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}")))
        .singleElement()
        .asString()
        .contains("HLD1104", "10.0.0.9 port 8080 has no proxy");
  }

  private static List<String> lint(String... documents) {
    return CrossChecks.check(read(documents)).all().stream().map(Problem::text).toList();
  }

  private static List<String> texts(CompiledMesh mesh) {
    return mesh.problems().all().stream().map(Problem::text).toList();
  }
}
