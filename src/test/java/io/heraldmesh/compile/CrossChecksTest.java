package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.authorization;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.problem.Problems;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CrossChecksTest {
  private static final String TCP =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db, namespace: shop}
      spec:
        selector: {app: db}
        ports: [{name: tcp-db, port: 5432}]
      """;

  @Test
  void consistentResourcesHaveNoProblems() {
    String fine =
        authorization(
            "shop",
            "p",
            "{action: DENY, selector: {matchLabels: {app: web}},"
                + " rules: [{to: [{operation: {methods: [GET]}}]}]}");
    assertThat(check(read(service("shop", "web"), TCP, fine)).all()).isEmpty();
    assertThat(
            COMPILER
                .compile(read(service("shop", "web"), fine), List.of(workload("shop", "web")))
                .problems()
                .all())
        .isEmpty();
  }

  @Test
  void aSelectorThatMatchesNoKnownWorkloadIsWarnedOf() {
    String lost = authorization("shop", "lost", "{selector: {matchLabels: {app: gone}}}");
    assertThat(check(read(lost)).all()).isEmpty();
    assertThat(COMPILER.compile(read(lost), List.of(workload("shop", "web"))).problems().warnings())
        .singleElement()
        .satisfies(p -> assertThat(p.text()).contains("HLD0801", "shop/lost"));
  }

  @Test
  void aDenyRuleWithHttpFieldsOnATcpPortIsWarnedOf() {
    String rules = "rules: [{to: [{operation: {methods: [GET]%s}}]}]}";
    String all = authorization("shop", "deny", "{action: DENY, " + rules.formatted(""));
    assertThat(check(read(TCP, all)).warnings())
        .singleElement()
        .satisfies(p -> assertThat(p.text()).contains("HLD0804", "5432", "shop/db"));
    String limited =
        authorization("shop", "deny", "{action: DENY, " + rules.formatted(", ports: ['8080']"));
    assertThat(check(read(TCP, limited)).all()).isEmpty();
    String allow = authorization("shop", "allow", "{action: ALLOW, " + rules.formatted(""));
    assertThat(check(read(TCP, allow)).all()).isEmpty();
  }

  @Test
  void whatAServiceSaysOfAnAnnouncedPortCounts() {
    String service = service("shop", "web").replace("name: http,", "name: tcp-web,");
    String deny =
        authorization(
            "shop", "deny", "{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}");
    MeshWorkload web =
        new MeshWorkload(
            "n1",
            "shop",
            "web",
            "web",
            Map.of("app", "web"),
            List.of(new MeshWorkload.Port("main", 8080, Protocol.AUTO, "10.0.0.1", 15106)),
            true);
    assertThat(COMPILER.compile(read(service, deny), List.of(web)).problems().warnings())
        .singleElement()
        .satisfies(p -> assertThat(p.text()).contains("HLD0804", "8080", "workload shop/web"));
  }

  @Test
  void aPrincipalOfAForeignTrustDomainIsWarnedOf() {
    String rules = "{rules: [{from: [{source: {principals: [%s]}}]}]}";
    String foreign = authorization("shop", "p", rules.formatted("other.test/ns/a/sa/b"));
    assertThat(check(read(foreign)).warnings())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.text()).contains("HLD0803", "other.test/ns/a/sa/b");
              assertThat(p.at().field()).contains("principals[0]");
            });
    String ours = authorization("shop", "p", rules.formatted("cluster.local/ns/a/sa/b, '*/x'"));
    assertThat(check(read(ours)).all()).isEmpty();
  }

  @Test
  void aHostThatTwoDeclareIsWarnedOfAndTheFirstIsInForce() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: twin, namespace: bank}
        spec:
          hosts: [web.shop]
          resolution: DNS
          ports: [{name: http, number: 80, protocol: HTTP}]
        """;
    CompiledMesh mesh = COMPILER.compile(read(entry, service("shop", "web")), List.of());
    assertThat(mesh.problems().warnings())
        .singleElement()
        .satisfies(p -> assertThat(p.text()).contains("HLD0805", "web.shop", "shop/web"));
    assertThat(mesh.destinations())
        .singleElement()
        .satisfies(d -> assertThat(d.service()).isEqualTo("shop/web"));
  }

  private static Problems check(io.heraldmesh.resource.Resources resources) {
    return CrossChecks.check(resources);
  }
}
