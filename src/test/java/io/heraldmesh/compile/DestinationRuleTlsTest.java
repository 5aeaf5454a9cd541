package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.destinationRule;
import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.ClientFiles;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.policy.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a caller reaches each endpoint: by its DestinationRule, or else by auto mTLS. */
class DestinationRuleTlsTest {
  private static final UpstreamTls PLAIN = new UpstreamTls.Plaintext();
  private static final UpstreamTls MESH = new UpstreamTls.Mesh();
  private static final String FULL = "web.shop.svc.cluster.local";
  private static final SpiffeId WEB = SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/web");

  /** A DestinationRule for the service whose subset v1 and port 80 say what the row says. */
  @ParameterizedTest
  @CsvSource({
    "-,            -,            -,            -,            auto",
    "DISABLE,      -,            -,            -,            DISABLE",
    "ISTIO_MUTUAL, DISABLE,      -,            -,            DISABLE",
    "DISABLE,      ISTIO_MUTUAL, -,            -,            ISTIO_MUTUAL",
    "DISABLE,      DISABLE,      ISTIO_MUTUAL, -,            subset",
    "ISTIO_MUTUAL, ISTIO_MUTUAL, DISABLE,      -,            DISABLE",
    "DISABLE,      DISABLE,      DISABLE,      ISTIO_MUTUAL, subset",
    "ISTIO_MUTUAL, ISTIO_MUTUAL, ISTIO_MUTUAL, DISABLE,      DISABLE",
    "-,            -,            -,            DISABLE,      DISABLE",
  })
  void theNarrowestThatSpeaksHolds(
      String rule, String port, String subset, String subsetPort, String expected) {
    String spec =
        "{host: web, %s subsets: [{name: v1, labels: {version: v1}, %s}]}"
            .formatted(policy(rule, port) + ",", policy(subset, subsetPort))
            .replace("{host: web, ,", "{host: web,")
            .replace(", }]", "}]");
    UpstreamTls tls =
        only(compile(List.of(web("10.0.0.1", "v1")), destinationRule("shop", "r", spec))).tls();
    assertThat(tls)
        .isEqualTo(
            switch (expected) {
              case "DISABLE" -> PLAIN;
              case "subset" -> new UpstreamTls.NamedMesh("outbound_.80_.v1_." + FULL, Set.of(WEB));
              default -> MESH;
            });
  }

  private static String policy(String mode, String portMode) {
    List<String> parts = new ArrayList<>();
    if (!mode.equals("-")) {
      parts.add("tls: {mode: %s}".formatted(mode));
    }
    if (!portMode.equals("-")) {
      parts.add("portLevelSettings: [{port: {number: 80}, tls: {mode: %s}}]".formatted(portMode));
    }
    return parts.isEmpty() ? "" : "trafficPolicy: {" + String.join(", ", parts) + "}";
  }

  @Test
  void whatIsWrittenForAPortInheritsNothing() {
    String rule =
        destinationRule(
            "shop",
            "r",
            "{host: web, trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings:"
                + " [{port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}}]}}");
    assertThat(only(compile(List.of(web("10.0.0.1", "v1")), rule)).tls())
        .as("auto mTLS, as if the rule said nothing")
        .isEqualTo(MESH);
  }

  @Test
  void aPortThatIsNotTheServicesPortIsNoneOfIt() {
    String rule =
        destinationRule(
            "shop",
            "r",
            "{host: web, trafficPolicy: {portLevelSettings:"
                + " [{port: {number: 8080}, tls: {mode: DISABLE}}]}}");
    assertThat(only(compile(List.of(web("10.0.0.1", "v1")), rule)).tls()).isEqualTo(MESH);
  }

  @Test
  void anEndpointOfOneSubsetIsUnderItAndOneOfSeveralOrNoneUnderTheRule() {
    String rule =
        destinationRule(
            "shop",
            "r",
            "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}, subsets: ["
                + "{name: old, labels: {version: v1}, trafficPolicy: {tls: {mode: DISABLE}}},"
                + "{name: new, labels: {version: v2}},"
                + "{name: b1, labels: {version: v3}, trafficPolicy: {tls: {mode: DISABLE}}},"
                + "{name: b2, labels: {version: v3}}]}");
    List<Endpoint> endpoints =
        compile(
                List.of(
                    web("10.0.0.1", "v1"),
                    web("10.0.0.2", "v2"),
                    web("10.0.0.3", "v3"),
                    web("10.0.0.4", "v4")),
                rule)
            .endpoints();
    assertThat(endpoints).extracting(Endpoint::tls).containsExactly(PLAIN, MESH, MESH, MESH);
  }

  @Test
  void autoMtlsTakesEachEndpointByItsOwnKind() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: shop}
        spec: {address: 10.0.0.9, labels: {app: web}}
        """;
    String disable =
        peerAuthentication(
            "shop",
            "p",
            "{selector: {matchLabels: {version: v2}}, portLevelMtls: {8080: {mode: DISABLE}}}");
    assertThat(
            compile(List.of(web("10.0.0.1", "v1"), web("10.0.0.2", "v2")), entry, disable)
                .endpoints())
        .containsExactly(
            new Endpoint("10.0.0.1", 15106, MESH, 8080),
            new Endpoint("10.0.0.2", 15106, PLAIN, 8080),
            new Endpoint("10.0.0.9", 8080, PLAIN));
  }

  @Test
  void withoutAutoMtlsOnlyARuleBringsMeshTls() {
    String off =
        """
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        spec: {enableAutoMtls: false}
        """;
    String rule =
        destinationRule("shop", "r", "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}");
    List<MeshWorkload> one = List.of(web("10.0.0.1", "v1"));
    assertThat(only(compile(one, off)).tls()).isEqualTo(PLAIN);
    assertThat(only(compile(one, off, rule)).tls()).isEqualTo(MESH);
  }

  @Test
  void anExplicitModeBeatsWhatTheServerSays() {
    String none = peerAuthentication("shop", "p", "{mtls: {mode: DISABLE}}");
    String mutual =
        destinationRule("shop", "r", "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}");
    assertThat(only(compile(List.of(web("10.0.0.1", "v1")), none, mutual)).tls()).isEqualTo(MESH);
    String strict = peerAuthentication("shop", "p", "{mtls: {mode: STRICT}}");
    String disable =
        destinationRule("shop", "r", "{host: web, trafficPolicy: {tls: {mode: DISABLE}}}");
    assertThat(only(compile(List.of(web("10.0.0.1", "v1")), strict, disable)).tls())
        .isEqualTo(PLAIN);
  }

  @Test
  void endpointsOfAHeadlessServiceAreCalledAlike() {
    String headless = service("shop", "web").replace("selector:", "clusterIP: None\n  selector:");
    String vm =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: shop}
        spec: {address: 10.0.0.9, labels: {app: web}}
        """;
    MeshWorkload proxied = web("10.0.0.1", "v1");
    assertThat(destinations(List.of(proxied), headless).getFirst().endpoints())
        .extracting(Endpoint::tls)
        .containsExactly(MESH);
    assertThat(destinations(List.of(proxied), headless, vm).getFirst().endpoints())
        .extracting(Endpoint::tls)
        .containsExactly(PLAIN, PLAIN);
  }

  @Test
  void namesThatARuleGivesReplaceThoseOfSecureNaming() {
    String rule =
        destinationRule(
            "shop",
            "r",
            "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: gate.test,"
                + " subjectAltNames: ['spiffe://mesh.test/ns/x/sa/y', web.test]}}}");
    assertThat(only(compile(List.of(web("10.0.0.1", "v1")), rule)).tls())
        .isEqualTo(
            new UpstreamTls.NamedMesh(
                "gate.test", Set.of(SpiffeId.parse("spiffe://mesh.test/ns/x/sa/y"))));
    String nobody =
        destinationRule(
            "shop",
            "r",
            "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL,"
                + " subjectAltNames: [web.test]}}}");
    assertThat(only(compile(List.of(web("10.0.0.1", "v1")), nobody)).tls())
        .as("not the service's own")
        .isEqualTo(new UpstreamTls.NamedMesh("outbound_.80_._." + FULL, Set.of()));
  }

  @Test
  void tlsOutOfTheMeshAsksForTheCalledHostUnlessTheRuleNamesOne() {
    String simple =
        destinationRule("shop", "r", "{host: api.example.com, trafficPolicy: {tls: %s}}");
    assertThat(external("api.example.com", simple.formatted("{mode: SIMPLE}")))
        .isEqualTo(new UpstreamTls.Originated("api.example.com", Set.of(), null, null));
    assertThat(
            external(
                "api.example.com",
                simple.formatted(
                    "{mode: MUTUAL, sni: x.test, subjectAltNames: [y.test],"
                        + " clientCertificate: /c, privateKey: /k, caCertificates: /r}")))
        .isEqualTo(
            new UpstreamTls.Originated(
                "x.test", Set.of("y.test"), "/r", new ClientFiles("/c", "/k")));
    assertThat(
            external(
                "*.example.com",
                simple
                    .formatted("{mode: SIMPLE, caCertificates: system}")
                    .replace("api.example.com", "'*.example.com'")))
        .as("the host is known when it is called")
        .isEqualTo(new UpstreamTls.Originated(null, Set.of(), null, null));
  }

  private static UpstreamTls external(String host, String rule) {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: ext, namespace: shop}
        spec:
          hosts: ['%s']
          resolution: STATIC
          ports: [{name: http, number: 443, protocol: HTTP}]
          endpoints: [{address: 192.0.2.1}]
        """
            .formatted(host);
    return only(COMPILER.compile(read(entry, rule), List.of()).destinations().getFirst()).tls();
  }

  @Test
  void callersUnderRulesOfTheirOwnGetWhatDiffersAndOthersWhatIsGeneral() {
    CompiledMesh mesh =
        COMPILER.compile(
            read(
                service("shop", "web"),
                service("shop", "cart"),
                destinationRule(
                    "bank", "r", "{host: " + FULL + ", trafficPolicy: {tls: {mode: DISABLE}}}")),
            List.of(
                web("10.0.0.1", "v1"),
                Meshes.workload("bank", "teller"),
                Meshes.workload("shop", "cart")));
    var node = mesh.node("n1");
    assertThat(node.special())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.caller()).isEqualTo(new Workload("bank", "teller"));
              assertThat(s.destinations()).hasSize(1);
            });
    assertThat(node.destinations(new Workload("bank", "teller")))
        .extracting(d -> d.service() + " " + d.endpoints().getFirst().tls())
        .containsExactly("shop/cart Mesh[]", "shop/web Plaintext[]");
    assertThat(node.destinations(new Workload("shop", "cart"))).isEqualTo(mesh.destinations());
    assertThat(node.destinations()).isEqualTo(mesh.destinations());
  }

  @Test
  void workloadEntriesAreUnderTheModeOfTheirPort() {
    Backend backend = new Backend("h", 1, 1, Map.of(), true, MtlsMode.DISABLE, null);
    assertThat(backend.takesMeshTls()).isFalse();
    assertThat(Backend.external("h", 1).takesMeshTls()).isFalse();
  }

  private static MeshWorkload web(String host, String version) {
    return new MeshWorkload(
        "n1",
        "shop",
        "web-" + host,
        "web",
        Map.of("app", "web", "version", version),
        List.of(new MeshWorkload.Port("http", 8080, Protocol.HTTP, host, 15106)),
        true);
  }

  private static Endpoint only(Destination destination) {
    assertThat(destination.endpoints()).hasSize(1);
    return destination.endpoints().getFirst();
  }

  private static Destination compile(List<MeshWorkload> workloads, String... documents) {
    List<String> all = new ArrayList<>(List.of(documents));
    all.add(service("shop", "web"));
    return destinations(workloads, all.toArray(String[]::new)).getFirst();
  }

  private static List<Destination> destinations(List<MeshWorkload> workloads, String... documents) {
    return COMPILER.compile(read(documents), workloads).destinations();
  }
}
