package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.compile.CompiledMesh;
import io.heraldmesh.compile.LevelTable;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.distributor.EncodedSnapshots.Encoded;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EncodedSnapshotsTest {
  private static final String SERVICE =
      """
      ---
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: {name: two, namespace: shop}
      spec:
        hosts: [two.shop]
        ports: [{number: 80, name: http, protocol: HTTP}]
        resolution: STATIC
        location: MESH_INTERNAL
        workloadSelector: {labels: {app: two}}
      """;
  private final MeshCompiler compiler =
      new MeshCompiler(new TrustDomain("mesh.test"), LevelTable.NOW.with("TextMatch.Glob", 2));
  private final EncodedSnapshots encoded = new EncodedSnapshots();

  private CompiledMesh mesh(String path) {
    return compiler.compile(
        ResourceReader.read("mesh.yaml", policy(path) + SERVICE),
        List.of(workload("one"), workload("two")));
  }

  private static MeshWorkload workload(String name) {
    return new MeshWorkload(
        "node-" + name,
        "shop",
        name,
        name,
        Map.of("app", name),
        List.of(new MeshWorkload.Port("http", 80, Protocol.HTTP, "10.0.0.1", 15106)),
        true);
  }

  private Map<String, Encoded> encode(String path, int level) {
    return encoded.encode(mesh(path), Map.of("node-one", level, "node-two", level));
  }

  private static Encoded of(Map<String, Encoded> all, String node) {
    return Objects.requireNonNull(all.get(node));
  }

  private static String bytes(Map<String, Encoded> all, String node) {
    return of(all, node).encoded().digest().abbreviated();
  }

  @Test
  void aSnapshotThatDidNotChangeIsNotMadeAgain() {
    Map<String, Encoded> before = encode("a", 2);
    Map<String, Encoded> after = encode("b", 2);

    assertThat(after.get("node-two")).isSameAs(before.get("node-two"));
    assertThat(bytes(after, "node-one")).isNotEqualTo(bytes(before, "node-one"));
  }

  @Test
  void whatIsTakenFromBeforeIsWhatWouldBeMade() throws MalformedMessage {
    encode("a", 2);
    Map<String, Encoded> after = encode("a", 2);

    for (String node : List.of("node-one", "node-two")) {
      EncodedSnapshot made = of(after, node).encoded();
      List<Destination> shared =
          SnapshotCodec.decodeShared(Objects.requireNonNull(made.shared()).bytes(), 2);
      assertThat(SnapshotCodec.decode(made.own().bytes(), 2).calling(shared))
          .isEqualTo(mesh("a").node(node));
    }
    assertThat(mesh("a").node("node-two").destinations()).isNotEmpty();
  }

  @Test
  void aNodeBelowTheLevelOfPartsGetsItWhole() throws MalformedMessage {
    EncodedSnapshot made = of(encode("a", 1), "node-two").encoded();

    assertThat(made.shared()).isNull();
    assertThat(SnapshotCodec.decode(made.own().bytes(), 1)).isEqualTo(mesh("a").node("node-two"));
  }

  @Test
  void whatAllNodesShareIsEncodedOnce() {
    Map<String, Encoded> all = encode("a", 2);

    assertThat(of(all, "node-one").encoded().shared())
        .isNotNull()
        .isSameAs(of(all, "node-two").encoded().shared())
        .isSameAs(of(encode("b", 2), "node-one").encoded().shared());
  }

  @Test
  void whereAnEndpointGoesNoNodesOwnPartIsMadeAgain() {
    Map<String, Encoded> before = encode("a", 2);
    Map<String, Encoded> after =
        encoded.encode(
            compiler.compile(
                ResourceReader.read("mesh.yaml", policy("a") + SERVICE), List.of(workload("one"))),
            Map.of("node-one", 2));

    assertThat(of(after, "node-one").encoded().own())
        .isSameAs(of(before, "node-one").encoded().own());
    assertThat(of(after, "node-one").encoded().shared())
        .isNotEqualTo(of(before, "node-one").encoded().shared());
  }

  @Test
  void aNodeThatWasUpgradedIsToldInItsOwnWords() {
    Map<String, Encoded> old = encode("a", 1);
    Map<String, Encoded> upgraded = encode("a", 2);

    assertThat(upgraded.get("node-one")).isNotSameAs(old.get("node-one"));
    assertThat(of(upgraded, "node-one").known()).isEqualTo(2);
  }

  /** As a newer one does; or one that means to have it encoded once more for each level. */
  @Test
  void whateverLevelANodeSaysThatItKnowsNothingIsEncodedAboveTheNewest() {
    CompiledMesh compiled = mesh("a");
    Map<String, Integer> known = Map.of("node-one", SchemaLevel.NEWEST, "node-two", 2);
    Map<String, Encoded> newest = encoded.encode(compiled, known);

    for (int says = SchemaLevel.NEWEST + 1; says <= 1000; says++) {
      Map<String, Encoded> all = encoded.encode(compiled, Map.of("node-one", says, "node-two", 2));
      assertThat(all.get("node-one")).isSameAs(newest.get("node-one"));
      assertThat(all.get("node-two")).isSameAs(newest.get("node-two"));
    }
  }

  @Test
  void whatAllNodesShareIsNotKeptInALevelThatNoNodeKnows() {
    EncodedSnapshot before = of(encode("a", 2), "node-one").encoded();
    encode("a", 1);

    assertThat(of(encode("a", 2), "node-one").encoded().shared())
        .isEqualTo(before.shared())
        .isNotSameAs(before.shared());
  }

  @Test
  void aNodeThatIsGoneIsForgotten() {
    Map<String, Encoded> before = encode("a", 2);
    encoded.encode(mesh("a"), Map.of("node-one", 2));

    assertThat(encode("a", 2).get("node-two")).isNotSameAs(before.get("node-two"));
  }

  private static String policy(String path) {
    return """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: one, namespace: shop}
        spec:
          selector: {matchLabels: {app: one}}
          rules: [{to: [{operation: {paths: ["/%s*/x"]}}]}]
        """
        .formatted(path);
  }
}
