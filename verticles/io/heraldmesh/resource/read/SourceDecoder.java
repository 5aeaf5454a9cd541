package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.yaml.Fields;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** {@code from[].source}. */
final class SourceDecoder {
  /** What an external authorizer is to decide, so that CUSTOM may not ask for it. */
  private static final List<String> IDENTITY =
      Stream.of("principals", "requestPrincipals", "namespaces", "serviceAccounts", "trustDomains")
          .flatMap(name -> Stream.of(name, negative(name)))
          .toList();

  private SourceDecoder() {}

  static Source decode(Fields f, Action action) {
    Source source =
        new Source(
            f.at(),
            values(f, "principals", Patterns::principals),
            values(f, "requestPrincipals", Patterns::requestPrincipals),
            values(f, "namespaces", Patterns::namespaces),
            values(f, "serviceAccounts", Patterns::serviceAccounts),
            values(f, "trustDomains", Patterns::trustDomains),
            values(f, "ipBlocks", IpBlocks::check),
            values(f, "remoteIpBlocks", IpBlocks::check));
    if (isEmpty(source) && !f.isBroken()) {
      f.problem(ProblemCode.EMPTY, "source names nobody; it must not be empty");
    }
    if (!source.serviceAccounts().isEmpty()
        && !(source.principals().isEmpty() && source.namespaces().isEmpty())) {
      f.optional("serviceAccounts")
          .problem(
              ProblemCode.CONFLICT, "cannot set serviceAccounts with namespaces or principals");
    }
    if (action == Action.CUSTOM) {
      IDENTITY.stream()
          .filter(f::has)
          .forEach(
              name ->
                  f.optional(name)
                      .problem(
                          ProblemCode.CUSTOM_UNSUPPORTED, name + " cannot be used with CUSTOM"));
    }
    return source;
  }

  private static Values values(
      Fields f, String name, BiConsumer<List<Located<String>>, ProblemCollector> check) {
    return Patterns.values(f, name, negative(name), check);
  }

  private static boolean isEmpty(Source s) {
    return Stream.of(
            s.principals(),
            s.requestPrincipals(),
            s.namespaces(),
            s.serviceAccounts(),
            s.trustDomains(),
            s.ipBlocks(),
            s.remoteIpBlocks())
        .allMatch(Values::isEmpty);
  }

  private static String negative(String name) {
    return "not" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
