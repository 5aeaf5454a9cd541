package io.heraldmesh.conformance.envoy;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A rule taken apart: each field alone, beside the one element that Istio compiles it to. Rules
 * that name every field there is never match as a whole, so that as a whole they prove nothing.
 *
 * <p>Order (Istio, authz model): of a source, principals, request principals, namespaces, remote
 * addresses, addresses; of an operation, hosts, methods, paths, ports; then the conditions in the
 * order in which they stand, destination and SNI with the operation, all others with the source.
 */
final class SingleFields {
  private static final Set<Attribute> OF_OPERATION =
      Set.of(Attribute.DESTINATION_IP, Attribute.DESTINATION_PORT, Attribute.CONNECTION_SNI);

  private SingleFields() {}

  /**
   * One field of a rule, in one of its two senses.
   *
   * @param values of the field
   * @param rule with that field only
   * @param element what Envoy is told
   */
  record Field(String name, Values values, Rule rule, Object element) {

    /** Whether {@code *} is among its patterns, with which it hardly ever differs. */
    boolean hasAny() {
      return Stream.concat(values.in().stream(), values.notIn().stream())
          .anyMatch(pattern -> pattern.value().equals("*"));
    }
  }

  /**
   * @throws IllegalArgumentException when the two do not line up
   */
  static List<Field> of(Rule rule, Object policy) {
    List<Field> fields = new ArrayList<>();
    List<?> permissions = Tree.list(policy, "permissions");
    for (int i = 0; i < permissions.size(); i++) {
      List<Part> found = new ArrayList<>();
      if (i < rule.to().size()) {
        operation("to[" + i + "].", rule.to().get(i), found);
      }
      conditions(rule, true, found);
      align(found, elements(permissions.get(i), "andRules", "rules"), fields);
    }
    List<?> principals = Tree.list(policy, "principals");
    for (int i = 0; i < principals.size(); i++) {
      List<Part> found = new ArrayList<>();
      if (i < rule.from().size()) {
        source("from[" + i + "].", rule.from().get(i), found);
      }
      conditions(rule, false, found);
      align(found, elements(principals.get(i), "andIds", "ids"), fields);
    }
    return fields;
  }

  private static List<?> elements(Object node, String and, String list) {
    List<?> elements = Tree.list(Tree.map(node).get(and), list);
    boolean any = elements.size() == 1 && Tree.map(elements.getFirst()).containsKey("any");
    return any ? List.of() : elements;
  }

  private static void align(List<Part> found, List<?> elements, List<Field> to) {
    if (found.size() != elements.size()) {
      throw new IllegalArgumentException(
          found.size() + " fields, but " + elements.size() + " elements: " + found);
    }
    for (int i = 0; i < found.size(); i++) {
      Part part = found.get(i);
      to.add(new Field(part.name(), part.values(), part.rule(), elements.get(i)));
      Field narrow = part.withoutAny(elements.get(i));
      if (narrow != null) {
        to.add(narrow);
      }
    }
  }

  /** A field before it is known what it was compiled to. */
  private record Part(String name, Values values, Rules rules) {
    Rule rule() {
      return rules.of(values);
    }

    /** The field without its pattern {@code *}; null when it has none, or nothing else. */
    @Nullable Field withoutAny(Object element) {
      List<Located<String>> patterns = new ArrayList<>(values.in());
      patterns.addAll(values.notIn());
      int any = patterns.stream().map(Located::value).toList().indexOf("*");
      Object rest = any < 0 ? null : WithoutAny.of(element, patterns.size(), any);
      if (rest == null || patterns.size() == 1) {
        return null;
      }
      patterns.remove(any);
      Values others =
          values.in().isEmpty() ? new Values(List.of(), patterns) : new Values(patterns, List.of());
      return new Field(name + " without *", others, rules.of(others), rest);
    }
  }

  private static void source(String at, Source s, List<Part> found) {
    Values no = Values.NONE;
    both(
        at + "serviceAccounts",
        s.serviceAccounts(),
        found,
        v -> from(new Source(s.at(), no, no, no, v, no, no, no)));
    both(
        at + "principals",
        s.principals(),
        found,
        v -> from(new Source(s.at(), v, no, no, no, no, no, no)));
    both(
        at + "requestPrincipals",
        s.requestPrincipals(),
        found,
        v -> from(new Source(s.at(), no, v, no, no, no, no, no)));
    both(
        at + "trustDomains",
        s.trustDomains(),
        found,
        v -> from(new Source(s.at(), no, no, no, no, v, no, no)));
    both(
        at + "namespaces",
        s.namespaces(),
        found,
        v -> from(new Source(s.at(), no, no, v, no, no, no, no)));
    both(
        at + "remoteIpBlocks",
        s.remoteIpBlocks(),
        found,
        v -> from(new Source(s.at(), no, no, no, no, no, no, v)));
    both(
        at + "ipBlocks",
        s.ipBlocks(),
        found,
        v -> from(new Source(s.at(), no, no, no, no, no, v, no)));
  }

  private static void operation(String at, Operation o, List<Part> found) {
    Values no = Values.NONE;
    both(at + "hosts", o.hosts(), found, v -> to(new Operation(o.at(), v, no, no, no)));
    both(at + "methods", o.methods(), found, v -> to(new Operation(o.at(), no, no, v, no)));
    both(at + "paths", o.paths(), found, v -> to(new Operation(o.at(), no, no, no, v)));
    both(at + "ports", o.ports(), found, v -> to(new Operation(o.at(), no, v, no, no)));
  }

  private static void conditions(Rule rule, boolean ofOperation, List<Part> found) {
    for (Condition c : rule.when()) {
      if (OF_OPERATION.contains(c.attribute()) == ofOperation) {
        both(
            "when " + c.key().value(),
            c.values(),
            found,
            v ->
                new Rule(
                    rule.at(),
                    List.of(),
                    List.of(),
                    List.of(new Condition(c.at(), c.key(), c.attribute(), c.arguments(), v))));
      }
    }
  }

  private interface Rules {
    Rule of(Values values);
  }

  private static void both(String name, Values values, List<Part> found, Rules rules) {
    if (!values.in().isEmpty()) {
      found.add(new Part(name, new Values(values.in(), List.of()), rules));
    }
    if (!values.notIn().isEmpty()) {
      found.add(new Part(name + " negative", new Values(List.of(), values.notIn()), rules));
    }
  }

  private static Rule from(Source source) {
    return new Rule(source.at(), List.of(source), List.of(), List.of());
  }

  private static Rule to(Operation operation) {
    return new Rule(operation.at(), List.of(), List.of(operation), List.of());
  }

  /** An ALLOW policy of one rule. */
  static AuthorizationPolicy policy(AuthorizationPolicy like, Rule rule) {
    return new AuthorizationPolicy(
        like.metadata(),
        like.selector(),
        like.targetRefs(),
        new Located<>(AuthorizationPolicy.Action.ALLOW, like.action().at()),
        null,
        false,
        List.of(rule));
  }
}
