package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.authorization;
import static io.heraldmesh.compile.Meshes.requestAuthentication;
import static io.heraldmesh.compile.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.Resources;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which workloads resources speak of, seen through what selects nothing. */
class KnownWorkloadsTest {
  /** Processor time, so that a busy machine does not count. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web, version: v1}}
          spec:
            serviceAccountName: web
            containers:
            - name: web
              image: web:1
              ports: [{containerPort: 8080, name: http}]
      """;

  @Test
  void whereNoWorkloadIsSpokenOfNoSelectorIsWrong() {
    assertThat(Warned.of(selecting("shop", "app: gone"))).isEmpty();
  }

  @Test
  void aSelectorIsHeldAgainstDeploymentsAndPods() {
    Warned.once(
        "HLD0801",
        "spec.selector",
        Warned.of(DEPLOYMENT, selecting("shop", "app: web, version: v2")),
        "shop/p selects no workload");
    assertThat(Warned.of(DEPLOYMENT, selecting("shop", "app: web, version: v1"))).isEmpty();
    String pod =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: one, namespace: shop, labels: {app: one}}
        spec: {containers: [{name: one, image: one}]}
        """;
    assertThat(Warned.of(pod, DEPLOYMENT, selecting("shop", "app: one"))).isEmpty();
  }

  @Test
  void labelsFoundInAnotherNamespaceAreSaid() {
    Warned.once(
        "HLD0801",
        "spec.selector",
        Warned.of(DEPLOYMENT, selecting("bank", "app: web")),
        "its labels are found in namespace shop");
  }

  @Test
  void theLabelsOfAServiceAreAtLeastThoseOfItsWorkloads() {
    assertThat(Warned.of(service("shop", "web"), selecting("shop", "app: web, version: v1")))
        .isEmpty();
    assertThat(Warned.of(service("shop", "web"), selecting("shop", "tier: front"))).isEmpty();
    Warned.once(
        "HLD0801",
        "spec.selector",
        Warned.of(service("shop", "web"), selecting("shop", "app: wbe")));
  }

  @Test
  void aServiceWhoseWorkloadsAreWrittenDownAddsNone() {
    Warned.once(
        "HLD0801",
        "spec.selector",
        Warned.of(service("shop", "web"), DEPLOYMENT, selecting("shop", "tier: front")));
  }

  @Test
  void aServiceMayNameThePortOfADeployment() {
    String named = service("shop", "web").replace("targetPort: 8080", "targetPort: http");
    Warned.once(
        "HLD0812",
        "spec.rules[0].to[0].operation.ports[0]",
        Warned.of(
            named,
            DEPLOYMENT,
            authorization(
                "shop",
                "p",
                "{selector: {matchLabels: {app: web}},"
                    + " rules: [{to: [{operation: {ports: ['80']}}]}]}")),
        "write 8080");
  }

  private static String selecting(String namespace, String labels) {
    return authorization(
        namespace, "p", "{selector: {matchLabels: {" + labels + "}}, rules: [{}]}");
  }

  @Test
  void thousandsOfPoliciesAndWorkloadsAreHeldAgainstEachOtherInSeconds() {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      String namespace = "n" + i % 20;
      documents.add(service(namespace, "w" + i));
      documents.add(
          authorization(
              namespace,
              "p" + i,
              "{selector: {matchLabels: {app: w"
                  + i
                  + "}}, rules: [{to: [{operation: {ports: ['8080']}}],"
                  + " from: [{source: {requestPrincipals: ['*']}}]}]}"));
    }
    documents.add(
        requestAuthentication("istio-system", "jwt", "{jwtRules: [{issuer: 'https://idp.test'}]}"));
    Resources resources = Meshes.read(documents.toArray(String[]::new));
    long since = THREADS.getCurrentThreadCpuTime();
    assertThat(CrossChecks.check(resources).all()).isEmpty();
    assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - since))
        .isLessThan(Duration.ofSeconds(5));
  }
}
