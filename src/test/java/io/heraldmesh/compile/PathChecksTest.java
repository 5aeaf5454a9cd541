package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.authorization;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that are gone once a request's path is normalized. */
class PathChecksTest {
  @ParameterizedTest
  @ValueSource(strings = {"/a/../b", "/a/./b", "/%61", "/a/%2E%2E/*", "/a\\\\b", "/a/../{*}"})
  void aPathThatNormalizationNeverLeavesIsWarnedOf(String path) {
    Warned.once(
        "HLD0506", "spec.rules[0].to[0].operation.paths[0]", paths(path, ""), "normalization BASE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/b", "/.*", "/a//b", "/%2F", "/a/.well-known", "*/../x", "/a%2*"})
  void othersAreNot(String path) {
    assertThat(paths(path, "")).isEmpty();
  }

  @Test
  void theModeOfTheMeshDecides() {
    String mesh =
        """
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        spec: {pathNormalization: {normalization: %s}}
        """;
    assertThat(paths("/a/../b", mesh.formatted("NONE"))).isEmpty();
    Warned.once(
        "HLD0506",
        "spec.rules[0].to[0].operation.paths[0]",
        paths("/a//b", mesh.formatted("MERGE_SLASHES")),
        "makes \"/a/b\" of it");
  }

  private static List<Problem> paths(String path, String mesh) {
    String policy =
        authorization("a", "p", "{rules: [{to: [{operation: {paths: [\"" + path + "\"]}}]}]}");
    return mesh.isEmpty() ? Warned.of(policy) : Warned.of(policy, mesh);
  }
}
