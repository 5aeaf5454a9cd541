package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.compile.CompiledMesh.Levelled;
import io.heraldmesh.policy.TextMatch;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a node is told that knows level 1, in a mesh whose {@code TextMatch.Glob} came with level 2.
 */
class OlderWordsTest {
  private static final MeshCompiler COMPILER =
      new MeshCompiler(TestAuthority.TD, LevelTable.NOW.with("TextMatch.Glob", 2));

  private static String deny(String namespace) {
    return """
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: deny, namespace: shop}
    spec:
      action: DENY
      selector: {matchLabels: {app: web}}
      rules: [{from: [{source: {namespaces: ["%s"]}}]}]
    """
        .formatted(namespace);
  }

  private static Levelled told(String namespace, int known) {
    return COMPILER
        .compile(read(deny(namespace)), List.of(workload("shop", "web")))
        .node("n1", known);
  }

  private static List<TextMatch> denied(Levelled told) {
    return told.snapshot()
        .workloads()
        .getFirst()
        .authorization()
        .getFirst()
        .rules()
        .getFirst()
        .from()
        .getFirst()
        .namespaces()
        .values();
  }

  @Test
  void aNodeThatKnowsTheWordIsToldIt() {
    Levelled told = told("bad-*", 2);
    assertThat(told.level()).isEqualTo(2);
    assertThat(denied(told)).containsExactly(new TextMatch.Glob("bad-*"));
  }

  @Test
  void oneThatDoesNotIsToldTheSameInOlderWordsWhereThereAreSome() {
    Levelled told = told("bad-*", 1);
    assertThat(told.level()).isEqualTo(1);
    assertThat(denied(told)).containsExactly(new TextMatch.Prefix("bad-"));
    assertThat(denied(told("*-bad", 1))).containsExactly(new TextMatch.Suffix("-bad"));
  }

  @Test
  void whereThereAreNoneNothingIsLeftOutAndTheSnapshotNeedsTheNewerLevel() {
    for (String namespace : List.of("b*d", "*bad*", "*")) {
      Levelled told = told(namespace, 1);
      assertThat(told.level()).isEqualTo(2);
      assertThat(denied(told)).containsExactly(new TextMatch.Glob(namespace));
    }
  }

  @Test
  void whatIsSaidOfOtherNodesNeedsNoLevelOfThisOne() {
    CompiledMesh mesh = COMPILER.compile(read(deny("b*d")), List.of(workload("shop", "cart")));
    assertThat(mesh.node("n1", 1).level()).isEqualTo(1);
  }

  @Test
  void aPolicyInOldWordsIsTheSameForAll() {
    assertThat(told("bad", 1)).isEqualTo(told("bad", 2));
    assertThat(told("bad", 1).level()).isEqualTo(1);
  }
}
