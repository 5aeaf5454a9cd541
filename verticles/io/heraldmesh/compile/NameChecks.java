package io.heraldmesh.compile;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.Namespace;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Callers' namespaces that nothing else speaks of. Looked for only where namespaces are written
 * down as resources; elsewhere a namespace needs no declaration.
 */
final class NameChecks {
  private final MeshScope scope;
  private final ProblemCollector found;
  private final Set<String> namespaces = new HashSet<>();

  NameChecks(MeshScope scope, List<MeshWorkload> workloads, ProblemCollector found) {
    this.scope = scope;
    this.found = found;
    for (Resource resource : scope.resources().all()) {
      namespaces.add(
          resource instanceof Namespace
              ? resource.metadata().name()
              : resource.metadata().namespace());
    }
    namespaces.add(scope.config().rootNamespace());
    namespaces.add("default");
    workloads.forEach(w -> namespaces.add(w.namespace()));
  }

  void check() {
    if (scope.of(Namespace.class).isEmpty()) {
      return;
    }
    for (AuthorizationPolicy policy : scope.of(AuthorizationPolicy.class)) {
      for (Rule rule : policy.rules()) {
        all(rule, Source::namespaces, Attribute.SOURCE_NAMESPACE)
            .forEach(name -> check(name, name.value()));
        all(rule, Source::principals, Attribute.SOURCE_PRINCIPAL)
            .forEach(name -> check(name, part(name.value(), 5, 2)));
        all(rule, Source::serviceAccounts, Attribute.SOURCE_SERVICE_ACCOUNT)
            .forEach(name -> check(name, part(name.value(), 2, 0)));
      }
    }
  }

  private void check(Located<String> at, String namespace) {
    if (!namespace.isEmpty()
        && namespaces.stream().noneMatch(known -> Coverage.overlap(namespace, known))) {
      found.add(
          at.at(),
          ProblemCode.UNKNOWN_NAMESPACE,
          "there is no namespace " + Shown.quoted(namespace) + " that a caller could come from");
    }
  }

  private static String part(String text, int parts, int index) {
    String[] split = text.split("/", -1);
    return split.length == parts ? split[index] : "";
  }

  private static Stream<Located<String>> all(
      Rule rule, Function<Source, Values> field, Attribute attribute) {
    return Stream.concat(
            rule.from().stream().map(field),
            rule.when().stream()
                .filter(when -> when.attribute() == attribute)
                .map(Condition::values))
        .flatMap(values -> Stream.concat(values.in().stream(), values.notIn().stream()));
  }
}
