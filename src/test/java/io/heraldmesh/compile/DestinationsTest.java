package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.destinationRule;
import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.resource.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DestinationsTest {
  private static final String DB = "{name: tcp, number: 5432, protocol: TCP}";

  @Test
  void aServiceIsItsNamesItsIdentitiesAndItsEndpoints() {
    assertThat(compile(read(service("shop", "web")), workload("shop", "web")))
        .containsExactly(
            new Destination(
                "shop/web",
                Set.of("web.shop", "web.shop.svc", "web.shop.svc.cluster.local"),
                80,
                Protocol.HTTP,
                "outbound_.80_._.web.shop.svc.cluster.local",
                Set.of(SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/web")),
                List.of(new Endpoint("10.0.0.1", 15106, new UpstreamTls.Mesh(), 8080))));
  }

  @Test
  void bareNamesAreThoseOfTheCallersNamespace() {
    Destination web = compile(read(service("shop", "web"))).getFirst();
    assertThat(web.answersTo("web", "shop")).isTrue();
    assertThat(web.answersTo("web", "bank")).isFalse();
    assertThat(web.answersTo("web.shop", "bank")).isTrue();
    assertThat(web.answersTo("web.shop.svc.cluster.local", "bank")).isTrue();
    assertThat(web.answersTo("xweb.shop", "bank")).isFalse();
  }

  /** A proxy refuses all of a snapshot that has one. */
  @Test
  void whatCannotBeDialledIsNoEndpointWhoeverSaidIt() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: old, namespace: shop}
        spec: {address: 10.0.0.300, labels: {app: web}}
        """;
    Destination web =
        compile(
                read(service("shop", "web"), entry),
                at(8080, "", 15106),
                at(8080, "10.0.0.2", 70_000),
                at(8080, "10.0.0.3", 0),
                workload("shop", "web"))
            .getFirst();
    assertThat(web.endpoints()).extracting(Endpoint::host).containsExactly("10.0.0.1");
    assertThat(compile(read(NAMED), at(70_000, "10.0.0.4", 15106)).getFirst().endpoints())
        .isEmpty();
  }

  private static final String NAMED =
      service("shop", "web").replace("targetPort: 8080", "targetPort: http");

  private static MeshWorkload at(int port, String host, int advertised) {
    return new MeshWorkload(
        "n1",
        "shop",
        "web",
        "web",
        Map.of("app", "web"),
        List.of(new MeshWorkload.Port("http", port, Protocol.HTTP, host, advertised)),
        true);
  }

  @Test
  void otherNamespacesAndLabelsAreNotSelectedAndWhoIsNotReadyIsNoEndpoint() {
    Destination web =
        compile(
                read(service("shop", "web")),
                workload("bank", "web"),
                workload("shop", "cart"),
                workload("shop", "web", "10.0.0.2", false))
            .getFirst();
    assertThat(web.endpoints()).isEmpty();
    assertThat(web.identities())
        .containsExactly(SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/web"));
  }

  @Test
  void aPortWhoseModeIsDisableIsCalledInPlainText() {
    String disable =
        peerAuthentication(
            "shop",
            "p",
            "{selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}}}");
    assertThat(compile(read(service("shop", "web"), disable), workload("shop", "web")))
        .flatExtracting(Destination::endpoints)
        .containsExactly(new Endpoint("10.0.0.1", 15106, new UpstreamTls.Plaintext(), 8080));
  }

  @Test
  void targetPortsMayBeNamesAndAPortThatNobodyHasHasNoEndpoint() {
    String named =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          selector: {app: web}
          ports: [{name: tcp-x, port: 81, targetPort: http}, {name: none, port: 82, targetPort: 9}]
        """;
    List<Destination> ports = compile(read(named), workload("shop", "web"));
    assertThat(ports).extracting(Destination::port).containsExactly(81, 82);
    assertThat(ports.get(0).protocol()).isEqualTo(Protocol.TCP);
    assertThat(ports.get(0).endpoints()).hasSize(1);
    assertThat(ports.get(1).endpoints()).isEmpty();
  }

  @Test
  void aServiceWithoutSelectorSelectsNobody() {
    String bare =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {ports: [{name: http, port: 80, targetPort: 8080}]}
        """;
    Destination web = compile(read(bare), workload("shop", "web")).getFirst();
    assertThat(web.endpoints()).isEmpty();
    assertThat(web.identities()).isEmpty();
  }

  @Test
  void workloadEntriesAreEndpointsAndMeshCapableByTheirLabel() {
    Destination web =
        compile(
                read(
                    service("shop", "web"),
                    entry("vm1", "10.1.0.1", "security.istio.io/tlsMode: istio, "),
                    entry("vm2", "10.1.0.2", "")))
            .getFirst();
    assertThat(web.endpoints())
        .containsExactly(
            new Endpoint("10.1.0.1", 8080, true), new Endpoint("10.1.0.2", 8080, false));
    assertThat(web.identities())
        .containsExactly(SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/vm"));
  }

  @Test
  void aLabelOfTheMetadataWinsOverOneOfTheSpec() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: shop, labels: {app: web, security.istio.io/tlsMode: istio}}
        spec:
          address: 10.1.0.1
          serviceAccount: vm
          labels: {app: old, security.istio.io/tlsMode: disabled}
        """;
    Destination web = compile(read(service("shop", "web"), entry)).getFirst();
    assertThat(web.endpoints()).containsExactly(new Endpoint("10.1.0.1", 8080, true));
  }

  @Test
  void aStaticServiceEntryWithoutEndpointsHasNone() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: ext, namespace: shop}
        spec:
          hosts: [old.example.com]
          resolution: STATIC
          ports: [{name: http, number: 80, protocol: HTTP}]
        """;
    assertThat(compile(read(entry)).getFirst().endpoints()).isEmpty();
  }

  @Test
  void serviceEntriesHaveStaticEndpointsAndFurtherIdentities() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: ext, namespace: shop}
        spec:
          hosts: [Api.Example.com]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{name: http, number: 80, protocol: HTTP}]
          endpoints: [{address: 192.0.2.1, ports: {http: 8081}}, {address: 192.0.2.2}]
          subjectAltNames: ["spiffe://mesh.test/ns/x/sa/y", api.example.com]
        """;
    assertThat(compile(read(entry)))
        .containsExactly(
            new Destination(
                "shop/ext",
                Set.of("api.example.com"),
                80,
                Protocol.HTTP,
                "outbound_.80_._.api.example.com",
                Set.of(SpiffeId.parse("spiffe://mesh.test/ns/x/sa/y")),
                List.of(
                    new Endpoint("192.0.2.1", 8081, false), new Endpoint("192.0.2.2", 80, false))));
  }

  @Test
  void aServiceEntryMaySelectWorkloadsAndADnsNameIsItsOwnEndpoint() {
    String selecting =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: sel, namespace: shop}
        spec:
          hosts: [web.internal]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{name: http, number: 80, protocol: HTTP, targetPort: 8080}]
          workloadSelector: {labels: {app: web}}
        """;
    String dns =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: dns, namespace: shop}
        spec:
          hosts: [db.example.com]
          resolution: DNS
          ports: [{name: tcp, number: 5432, protocol: TCP}]
        """;
    List<Destination> both = compile(read(selecting, dns), workload("shop", "web"));
    assertThat(both.get(0).endpoints())
        .containsExactly(new Endpoint("db.example.com", 5432, false));
    assertThat(both.get(1).endpoints())
        .containsExactly(new Endpoint("10.0.0.1", 15106, new UpstreamTls.Mesh(), 8080));
  }

  @Test
  void aTcpServiceEntryWithoutAddressesIsKnownByItsPortAlone() {
    String rule =
        destinationRule(
            "shop",
            "db",
            "{host: db.example.com,"
                + " trafficPolicy: {tls: {mode: SIMPLE, caCertificates: system}}}");
    String other = external("db2.example.com", "DNS", "{name: tcp, number: 5433, protocol: TCP}");
    Destination db = compile(read(external("db.example.com", "DNS", DB), rule, other)).getFirst();
    assertThat(db.addresses().blocks()).containsExactly("0.0.0.0/0", "::/0");
    assertThat(db.endpoints().getFirst().tls()).isInstanceOf(UpstreamTls.Originated.class);
  }

  @Test
  void withResolutionNoneItIsToo() {
    Destination any = compile(read(external("'*.example.com'", "NONE", DB))).getFirst();
    assertThat(any.addresses().blocks()).containsExactly("0.0.0.0/0", "::/0");
    assertThat(any.addresses().dialled()).isNotNull();
  }

  @Test
  void whereTwoHaveAPortNeitherIsKnownByItAndLintSaysSo() {
    Resources both =
        read(external("db.example.com", "DNS", DB), external("db2.example.com", "DNS", DB));
    assertThat(compile(both)).allSatisfy(d -> assertThat(d.addresses().blocks()).isEmpty());
    assertThat(CrossChecks.check(both).warnings())
        .hasSize(2)
        .allSatisfy(p -> assertThat(p.text()).contains("HLD0814", "5432", "\"db2.example.com\""));
  }

  @Test
  void whatSaysMoreThanItsPortIsNotKnownByIt() {
    String addressed =
        external("a.example.com", "DNS", DB).replace("spec:", "spec:\n  addresses: [192.0.2.1]");
    assertThat(blocks(addressed)).containsExactly("192.0.2.1");
    String endpoints =
        external("a.example.com", "STATIC", DB)
            .replace("spec:", "spec:\n  endpoints: [{address: 192.0.2.1}]");
    assertThat(blocks(endpoints)).as("known by its endpoints").isEmpty();
    for (String port :
        List.of(
            "{name: tls, number: 443, protocol: TLS}",
            "{name: https, number: 443, protocol: HTTPS}",
            "{name: https-api, number: 443}",
            "{name: http, number: 80, protocol: HTTP}",
            "{name: any, number: 8080}")) {
      assertThat(blocks(external("a.example.com", "DNS", port))).as(port).isEmpty();
    }
  }

  private static List<String> blocks(String entry) {
    return compile(read(entry)).getFirst().addresses().blocks();
  }

  private static String external(String host, String resolution, String port) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: %s, namespace: shop}
    spec:
      hosts: [%s]
      resolution: %s
      ports: [%s]
    """
        .formatted(host.replace("'*.", "").replace("'", ""), host, resolution, port);
  }

  @Test
  void identitiesAreThoseOfEveryTrustDomain() {
    String config =
        """
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        spec: {trustDomain: new.test, trustDomainAliases: [old.test]}
        """;
    assertThat(
            compile(read(config, service("shop", "web")), workload("shop", "web"))
                .getFirst()
                .identities())
        .containsExactlyInAnyOrder(
            SpiffeId.parse("spiffe://new.test/ns/shop/sa/web"),
            SpiffeId.parse("spiffe://old.test/ns/shop/sa/web"));
  }

  @Test
  void theOrderOfAnnouncementsDoesNotMatter() {
    List<MeshWorkload> workloads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      workloads.add(
          new MeshWorkload(
              "n" + i % 2,
              "shop",
              "web" + i,
              "sa" + i,
              Map.of("app", "web"),
              List.of(new MeshWorkload.Port("http", 8080, Protocol.HTTP, "10.0.0." + i, 1)),
              true));
    }
    Resources resources = read(service("shop", "web"), service("shop", "cart"));
    CompiledMesh one = COMPILER.compile(resources, workloads);
    Collections.reverse(workloads);
    assertThat(COMPILER.compile(resources, workloads)).isEqualTo(one);
    assertThat(one.node("n0").workloads()).hasSize(3);
    assertThat(one.node("n1").workloads()).hasSize(2);
    assertThat(one.node("n2").workloads()).isEmpty();
    assertThat(one.node("n2").destinations()).hasSize(2);
  }

  private static List<Destination> compile(Resources resources, MeshWorkload... workloads) {
    return COMPILER.compile(resources, List.of(workloads)).destinations();
  }

  private static String entry(String name, String address, String labels) {
    return """
    apiVersion: networking.istio.io/v1
    kind: WorkloadEntry
    metadata: {name: %s, namespace: shop}
    spec: {address: %s, labels: {%sapp: web}, serviceAccount: vm}
    """
        .formatted(name, address, labels);
  }
}
