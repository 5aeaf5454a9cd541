package io.heraldmesh.compile;

import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.stream.Stream;

/** Paths that no request has left once its path is normalized as the mesh is set to. */
final class PathChecks {
  private final MeshScope scope;
  private final ProblemCollector found;

  PathChecks(MeshScope scope, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
  }

  void check() {
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      policy.rules().stream()
          .flatMap(rule -> rule.to().stream())
          .map(Operation::paths)
          .flatMap(values -> Stream.concat(values.in().stream(), values.notIn().stream()))
          .forEach(this::check);
    }
  }

  private void check(Located<String> path) {
    String literal = literal(path.value());
    PathNormalization mode = scope.normalization();
    if (literal.startsWith("/") && !mode.normalize(literal).equals(literal)) {
      found.add(
          path.at(),
          ProblemCode.NEVER_MATCHES,
          Shown.quoted(path.value())
              + " is never left by path normalization "
              + mode
              + ", which makes "
              + Shown.quoted(mode.normalize(literal))
              + " of it",
          "write the path as it is after normalization");
    }
  }

  /** What of a pattern stands for itself; of a prefix only whole segments do. */
  private static String literal(String pattern) {
    int star = pattern.indexOf('*');
    int end = pattern.contains("{*") ? pattern.indexOf('{') : star;
    return end < 0 ? pattern : pattern.substring(0, pattern.lastIndexOf('/', end) + 1);
  }
}
