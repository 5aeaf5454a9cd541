package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.policy.MtlsMode.DISABLE;
import static io.heraldmesh.policy.MtlsMode.PERMISSIVE;
import static io.heraldmesh.policy.MtlsMode.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.WorkloadPolicy;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerModesTest {
  private static final String ROOT = "istio-system";
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

  private static MtlsMode mode(String namespace, String... documents) {
    return Meshes.policy(
            documents.length == 0 ? io.heraldmesh.resource.Resources.NONE : read(documents),
            namespace,
            Map.of("app", "a"))
        .mtls();
  }
}
