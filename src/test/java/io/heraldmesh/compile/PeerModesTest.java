package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.policy.MtlsMode.DISABLE;
import static io.heraldmesh.policy.MtlsMode.PERMISSIVE;
import static io.heraldmesh.policy.MtlsMode.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerModesTest {
  private static final String ROOT = "istio-system";
  private static final String T = "'2024-01-01T00:00:00Z'";
  private static final String MESH_STRICT =
      peerAuthentication(ROOT, "default", "{mtls: {mode: STRICT}}");

  @Test
  void nothingAnywhereIsPermissive() {
    assertThat(mode("foo")).isEqualTo(PERMISSIVE);
  }

  @Test
  void theMeshHoldsUnlessTheNamespaceSaysOtherwise() {
    String foo = peerAuthentication("foo", "default", "{mtls: {mode: DISABLE}}");
    assertThat(mode("foo", MESH_STRICT, foo)).isEqualTo(DISABLE);
    assertThat(mode("bar", MESH_STRICT, foo)).isEqualTo(STRICT);
  }

  @Test
  void unsetInherits() {
    String foo = peerAuthentication("foo", "default", "{mtls: {mode: UNSET}}");
    assertThat(mode("foo", MESH_STRICT, foo)).isEqualTo(STRICT);
    assertThat(mode("foo", foo)).isEqualTo(PERMISSIVE);
  }

  @Test
  void theWorkloadOverridesAndItsPortsOverrideIt() {
    String narrow =
        peerAuthentication(
            "foo",
            "narrow",
            "{selector: {matchLabels: {app: a}}, mtls: {mode: PERMISSIVE},"
                + " portLevelMtls: {8080: {mode: DISABLE}, 9090: {mode: UNSET}}}");
    WorkloadPolicy a = Meshes.policy(read(MESH_STRICT, narrow), "foo", Map.of("app", "a"));
    assertThat(a.mtls()).isEqualTo(PERMISSIVE);
    assertThat(a.mtls(8080)).isEqualTo(DISABLE);
    assertThat(a.mtls(9090)).isEqualTo(PERMISSIVE);
    WorkloadPolicy b = Meshes.policy(read(MESH_STRICT, narrow), "foo", Map.of("app", "b"));
    assertThat(b.mtls()).isEqualTo(STRICT);
    assertThat(b.mtls(8080)).isEqualTo(STRICT);
  }

  @Test
  void portsInheritFromTheNamespaceWhenTheWorkloadIsUnset() {
    String narrow =
        peerAuthentication(
            "foo",
            "narrow",
            "{selector: {matchLabels: {app: a}}, portLevelMtls: {8080: {mode: DISABLE}}}");
    WorkloadPolicy a = Meshes.policy(read(MESH_STRICT, narrow), "foo", Map.of("app", "a"));
    assertThat(a.mtls()).isEqualTo(STRICT);
    assertThat(a.mtls(8080)).isEqualTo(DISABLE);
  }

  @Test
  void theOldestWinsAndTheOthersAreWarnedOf() {
    String dated =
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: %s, namespace: foo, creationTimestamp: "%s"}
        spec: {mtls: {mode: %s}}
        """;
    String young = dated.formatted("a-young", "2024-01-02T00:00:00Z", "DISABLE");
    String old = dated.formatted("z-old", "2024-01-01T00:00:00Z", "STRICT");
    assertThat(mode("foo", young, old)).isEqualTo(STRICT);
    assertThat(CrossChecks.check(read(young, old)).warnings())
        .singleElement()
        .satisfies(p -> assertThat(p.text()).contains("HLD0802", "foo/a-young has no effect"));
  }

  @Test
  void aSelectorInTheRootNamespaceSelectsNothing() {
    String root =
        peerAuthentication(ROOT, "x", "{selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}}");
    assertThat(Meshes.policy(read(root), "foo", Map.of("app", "a")).mtls()).isEqualTo(PERMISSIVE);
    assertThat(CrossChecks.check(read(root)).warnings()).hasSize(1);
  }

  @Test
  void ofEqualOrUnknownAgeTheFirstByNameWinsWhereverItStands() {
    String a = peerAuthentication("foo", "a", "{mtls: {mode: STRICT}}");
    String b = peerAuthentication("foo", "b", "{mtls: {mode: DISABLE}}");
    assertThat(mode("foo", a, b)).isEqualTo(STRICT);
    assertThat(mode("foo", b, a)).isEqualTo(STRICT);
    String dated = b.replace("namespace: foo", "namespace: foo, creationTimestamp: " + T);
    assertThat(mode("foo", a, dated)).as("who knows its age is older").isEqualTo(DISABLE);
  }

  @Test
  void theOldestOfSeveralForOneWorkloadHoldsAloneItsPortsToo() {
    String older =
        peerAuthentication("foo", "a", "{selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}}");
    String younger =
        peerAuthentication(
            "foo",
            "b",
            "{selector: {matchLabels: {app: a, v: v1}}, mtls: {mode: DISABLE},"
                + " portLevelMtls: {8080: {mode: DISABLE}}}");
    WorkloadPolicy policy =
        Meshes.policy(read(younger, older), "foo", Map.of("app", "a", "v", "v1"));
    assertThat(policy.mtls()).isEqualTo(STRICT);
    assertThat(policy.mtls(8080)).isEqualTo(STRICT);
  }

  @Test
  void emptyLabelsAreNoSelector() {
    String spec = "{selector: {matchLabels: {}}, mtls: {mode: STRICT}}";
    assertThat(mode("foo", peerAuthentication("foo", "p", spec))).isEqualTo(STRICT);
    assertThat(mode("foo", peerAuthentication(ROOT, "p", spec))).isEqualTo(STRICT);
    assertThat(mode("foo", peerAuthentication("foo", "p", spec.replace("{matchLabels: {}}", "{}"))))
        .isEqualTo(STRICT);
  }

  @Test
  void inTheRootNamespaceTheMeshHoldsAndNoWorkloadPolicyDoes() {
    String selecting =
        peerAuthentication(
            ROOT,
            "x",
            "{selector: {matchLabels: {app: a}}, mtls: {mode: DISABLE},"
                + " portLevelMtls: {8080: {mode: DISABLE}}}");
    WorkloadPolicy root = Meshes.policy(read(MESH_STRICT, selecting), ROOT, Map.of("app", "a"));
    assertThat(root.mtls()).isEqualTo(STRICT);
    assertThat(root.mtls(8080)).isEqualTo(STRICT);
  }

  @Test
  void theRootNamespaceIsTheConfiguredOne() {
    String config =
        """
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        spec: {rootNamespace: base}
        """;
    assertThat(mode("foo", config, MESH_STRICT)).isEqualTo(PERMISSIVE);
    assertThat(mode("foo", config, peerAuthentication("base", "default", "{mtls: {mode: STRICT}}")))
        .isEqualTo(STRICT);
  }

  /** Rows: mesh, namespace, workload, port; {@code -} is no policy at all. */
  @ParameterizedTest
  @CsvSource({
    "-,          -,       -,          -,          PERMISSIVE",
    "STRICT,     -,       -,          -,          STRICT",
    "STRICT,     UNSET,   -,          -,          STRICT",
    "STRICT,     UNSET,   UNSET,      UNSET,      STRICT",
    "STRICT,     UNSET,   UNSET,      DISABLE,    DISABLE",
    "STRICT,     DISABLE, UNSET,      UNSET,      DISABLE",
    "STRICT,     DISABLE, UNSET,      STRICT,     STRICT",
    "STRICT,     DISABLE, PERMISSIVE, UNSET,      PERMISSIVE",
    "UNSET,      UNSET,   UNSET,      UNSET,      PERMISSIVE",
    "DISABLE,    -,       STRICT,     PERMISSIVE, PERMISSIVE",
    "PERMISSIVE, -,       STRICT,     -,          STRICT",
    "-,          -,       UNSET,      STRICT,     STRICT",
  })
  void theNarrowestThatSaysSomethingHolds(
      String mesh, String namespace, String workload, String port, MtlsMode expected) {
    List<String> documents = new ArrayList<>();
    if (!mesh.equals("-")) {
      documents.add(peerAuthentication(ROOT, "m", "{mtls: {mode: %s}}".formatted(mesh)));
    }
    if (!namespace.equals("-")) {
      documents.add(peerAuthentication("foo", "n", "{mtls: {mode: %s}}".formatted(namespace)));
    }
    if (!workload.equals("-")) {
      String ports = port.equals("-") ? "" : ", portLevelMtls: {8080: {mode: %s}}".formatted(port);
      documents.add(
          peerAuthentication(
              "foo",
              "w",
              "{selector: {matchLabels: {app: a}}, mtls: {mode: %s}%s}"
                  .formatted(workload, ports)));
    }
    Resources resources =
        documents.isEmpty() ? Resources.NONE : read(documents.toArray(String[]::new));
    assertThat(Meshes.policy(resources, "foo", Map.of("app", "a")).mtls(8080)).isEqualTo(expected);
  }

  private static MtlsMode mode(String namespace, String... documents) {
    return Meshes.policy(
            documents.length == 0 ? Resources.NONE : read(documents), namespace, Map.of("app", "a"))
        .mtls();
  }
}
