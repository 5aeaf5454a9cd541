package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.policy;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthenticationPolicy;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.Resources;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which v1alpha1 policy holds where: the narrowest, and it alone. */
class ServicePoliciesTest {
  private static final Map<String, String> WEB = Map.of("app", "web");
  private static final String STRICT = "{peers: [{mtls: {}}]}";
  private static final String MESH = old("MeshPolicy", "", "default", STRICT);
  private static final String JWT =
      "origins: [{jwt: {issuer: https://a.example}}], principalBinding: USE_ORIGIN";

  /** Service port 80 (http) to 8080, 9000 (admin) to 9090. */
  private static final String TWO_PORTS =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: a}
      spec:
        selector: {app: web}
        ports:
        - {name: http, port: 80, targetPort: 8080}
        - {name: admin, port: 9000, targetPort: 9090}
      """;

  @Test
  void aPolicyReplacesTheWiderOneAsAWhole() {
    String namespace = old("Policy", "a", "default", "{" + JWT + "}");
    WorkloadPolicy web = policy(read(MESH, namespace), "a", WEB);
    assertThat(web.mtls()).as("no peers: mutual TLS is off").isEqualTo(MtlsMode.DISABLE);
    assertThat(on(web, 8080)).isEqualTo("a/default");
    WorkloadPolicy other = policy(read(MESH, namespace), "b", WEB);
    assertThat(other.mtls()).isEqualTo(MtlsMode.STRICT);
    assertThat(on(other, 8080)).isEqualTo("default");

    WorkloadPolicy served =
        policy(
            read(
                MESH,
                namespace,
                service("a", "web"),
                old("Policy", "a", "web", "{targets: [{name: web}], peers: [{mtls: }]}")),
            "a",
            WEB);
    assertThat(served.mtls(8080)).isEqualTo(MtlsMode.STRICT);
    AuthenticationPolicy holds = served.authentication().of(8080);
    assertThat(holds).isNotNull();
    assertThat(holds.origins()).as("nothing of the namespace's is left").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{peers: [{mtls: {}}]}                       | STRICT",
        "{peers: [{mtls: {mode: PERMISSIVE}}]}       | PERMISSIVE",
        "{peers: [{mtls: {}}], peerIsOptional: true} | PERMISSIVE",
        "{}                                          | DISABLE",
        "{peers: []}                                 | DISABLE",
      })
  void theListenersMode(String spec, MtlsMode mode) {
    assertThat(policy(read(old("MeshPolicy", "", "default", spec)), "a", WEB).mtls())
        .isEqualTo(mode);
  }

  @Test
  void portsAreThoseOfTheServiceAndHoldOnTheWorkloadsPort() {
    WorkloadPolicy web =
        policy(
            read(
                TWO_PORTS,
                old(
                    "Policy",
                    "a",
                    "web",
                    "{targets: [{name: web, ports: [{number: 80}]}], peers: [{mtls: {}}]}")),
            "a",
            WEB);
    assertThat(web.mtls(8080)).isEqualTo(MtlsMode.STRICT);
    assertThat(web.mtls(80)).isEqualTo(MtlsMode.PERMISSIVE);
    assertThat(web.mtls(9090)).isEqualTo(MtlsMode.PERMISSIVE);
    assertThat(on(web, 8080)).isEqualTo("a/web");
    assertThat(on(web, 9090)).isNull();
  }

  @Test
  void portsByNameAreTheServicesNames() {
    WorkloadPolicy web =
        policy(
            read(
                TWO_PORTS,
                old(
                    "Policy",
                    "a",
                    "web",
                    "{targets: [{name: web, ports: [{name: admin}]}], peers: [{mtls: {}}]}")),
            "a",
            WEB);
    assertThat(web.portMtls()).containsExactly(Map.entry(9090, MtlsMode.STRICT));
  }

  @Test
  void aPolicyForAPortGoesBeforeOneForTheServiceWhateverTheirAge() {
    String whole = old("Policy", "a", "whole", "{targets: [{name: web}], peers: [{mtls: {}}]}");
    String port = old("Policy", "a", "port", "{targets: [{name: web, ports: [{name: admin}]}]}");
    for (Resources order :
        List.of(
            read(TWO_PORTS, whole, port),
            read(TWO_PORTS, port, whole),
            read(TWO_PORTS, created(whole, 1), created(port, 2)),
            read(TWO_PORTS, created(whole, 2), created(port, 1)))) {
      WorkloadPolicy web = policy(order, "a", WEB);
      assertThat(web.portMtls())
          .containsOnly(Map.entry(8080, MtlsMode.STRICT), Map.entry(9090, MtlsMode.DISABLE));
      assertThat(on(web, 9090)).isEqualTo("a/port");
    }
  }

  @Test
  void ofSeveralForOneServiceTheOldestHolds() {
    String strict = old("Policy", "a", "strict", "{targets: [{name: web}], peers: [{mtls: {}}]}");
    String off = old("Policy", "a", "off", "{targets: [{name: web}]}");
    Resources strictIsOlder = read(TWO_PORTS, created(off, 2), created(strict, 1));
    assertThat(policy(strictIsOlder, "a", WEB).mtls(8080)).isEqualTo(MtlsMode.STRICT);
    Resources asRead = read(TWO_PORTS, off, strict);
    assertThat(policy(asRead, "a", WEB).mtls(8080)).isEqualTo(MtlsMode.DISABLE);
  }

  @Test
  void onlyWorkloadsBehindTheServiceAndOfTheNamespaceAreMeant() {
    Resources resources =
        read(TWO_PORTS, old("Policy", "a", "p", "{targets: [{name: web}], peers: [{mtls: {}}]}"));
    assertThat(on(policy(resources, "a", Map.of("app", "shop")), 8080)).isNull();
    assertThat(on(policy(resources, "b", WEB), 8080)).isNull();
    assertThat(on(policy(resources, "a", Map.of("app", "web", "v", "2")), 8080)).isEqualTo("a/p");
    assertThat(on(policy(resources, "a", WEB), 7070)).as("a port of no service").isNull();
  }

  @Test
  void aNamedTargetPortIsTheWorkloadsPortOfThatName() {
    String named = TWO_PORTS.replace("targetPort: 8080", "targetPort: main");
    String old =
        old("Policy", "a", "p", "{targets: [{name: web, ports: [{number: 80}]}], " + JWT + "}");
    MeshWorkload web =
        new MeshWorkload(
            "n1",
            "a",
            "w",
            "w",
            WEB,
            List.of(
                new MeshWorkload.Port("main", 8081, Protocol.HTTP, "10.0.0.1", 15106),
                new MeshWorkload.Port("admin", 9090, Protocol.HTTP, "10.0.0.1", 15107)),
            true);
    WorkloadPolicy compiled =
        COMPILER.compile(read(named, old), List.of(web)).node("n1").workloads().getFirst();
    assertThat(on(compiled, 8081)).isEqualTo("a/p");
    assertThat(on(compiled, 9090)).isNull();
    WorkloadPolicy offline = policy(read(named, old), "a", WEB);
    assertThat(on(offline, 8081)).as("offline the number is not known: any port").isEqualTo("a/p");
  }

  @Test
  void whereThereIsNoSuchServiceTheWorkloadOfThatNameIsMeant() {
    Resources resources =
        read(
            old("Policy", "a", "p", "{targets: [{name: w}], peers: [{mtls: {}}]}"),
            old("Policy", "a", "q", "{targets: [{name: w, ports: [{number: 9090}]}]}"),
            old("Policy", "a", "r", "{targets: [{name: other}]}"));
    WorkloadPolicy w = policy(resources, "a", Map.of());
    assertThat(w.mtls()).isEqualTo(MtlsMode.STRICT);
    assertThat(w.mtls(9090)).isEqualTo(MtlsMode.DISABLE);
    assertThat(policy(resources, "b", Map.of()).mtls()).isEqualTo(MtlsMode.PERMISSIVE);
  }

  @Test
  void peerAuthenticationSaysWhatTheListenerTakesAndTheOldPeersStillHold() {
    Resources resources =
        read(MESH, peerAuthentication("a", "default", "{mtls: {mode: PERMISSIVE}}"));
    WorkloadPolicy a = policy(resources, "a", WEB);
    assertThat(a.mtls()).isEqualTo(MtlsMode.PERMISSIVE);
    assertThat(status("a", resources, null)).isEqualTo(401);
    assertThat(status("a", resources, "cluster.local/ns/a/sa/x")).isEqualTo(200);
    assertThat(policy(resources, "b", WEB).mtls()).isEqualTo(MtlsMode.STRICT);
    assertThat(status("b", resources, null)).isZero();

    Resources stricter =
        read(
            old("MeshPolicy", "", "default", "{}"),
            peerAuthentication("istio-system", "default", "{mtls: {mode: STRICT}}"));
    assertThat(status("a", stricter, null)).isZero();
    Resources unset = read(MESH, peerAuthentication("a", "default", "{}"));
    assertThat(status("a", unset, null)).as("UNSET says nothing").isZero();
  }

  @Test
  void aPortOfPeerAuthenticationLeavesTheOthersToTheOldPolicy() {
    Resources resources =
        read(
            MESH,
            peerAuthentication(
                "a",
                "ports",
                "{selector: {matchLabels: {app: web}},"
                    + " portLevelMtls: {8080: {mode: DISABLE}, 9090: {mode: UNSET}}}"));
    WorkloadPolicy web = policy(resources, "a", WEB);
    assertThat(web.mtls(8080)).isEqualTo(MtlsMode.DISABLE);
    assertThat(web.mtls(9090)).isEqualTo(MtlsMode.STRICT);
    assertThat(web.mtls()).isEqualTo(MtlsMode.STRICT);
  }

  @Test
  void callersSendPlainTextWhereTheOldPolicySwitchesMutualTlsOff() {
    Resources off =
        read(service("a", "web"), old("Policy", "a", "off", "{targets: [{name: web}]}"), MESH);
    Resources on = read(service("a", "web"), MESH);
    assertThat(endpoint(off).tls()).isEqualTo(new UpstreamTls.Plaintext());
    assertThat(endpoint(on).tls()).isEqualTo(new UpstreamTls.Mesh());
  }

  @Test
  void tokensOfOriginsAreAmongTheRulesToVerifyAgainst() {
    assertThat(COMPILER.jwtRules(read(old("MeshPolicy", "", "default", "{" + JWT + "}"))))
        .extracting(rule -> rule.issuer())
        .containsExactly("https://a.example");
  }

  private static Endpoint endpoint(Resources resources) {
    List<Destination> destinations =
        COMPILER.compile(resources, List.of(workload("a", "web"))).destinations();
    Set<Endpoint> endpoints = Set.copyOf(destinations.getFirst().endpoints());
    assertThat(endpoints).hasSize(1);
    return endpoints.iterator().next();
  }

  private static int status(String namespace, Resources resources, @Nullable String caller) {
    return new Offline.Call(namespace, WEB)
        .from(caller)
        .port(8080)
        .request("GET", "/x", "web")
        .status(resources);
  }

  private static @Nullable String on(WorkloadPolicy workload, int port) {
    AuthenticationPolicy policy = workload.authentication().of(port);
    return policy == null ? null : policy.id();
  }

  private static String created(String document, int day) {
    return document.replace(
        "metadata: {", "metadata: {creationTimestamp: \"2020-01-0%dT00:00:00Z\", ".formatted(day));
  }

  private static String old(String kind, String namespace, String name, String spec) {
    return """
    apiVersion: authentication.istio.io/v1alpha1
    kind: %s
    metadata: {name: %s%s}
    spec: %s
    """
        .formatted(kind, name, namespace.isEmpty() ? "" : ", namespace: " + namespace, spec);
  }
}
