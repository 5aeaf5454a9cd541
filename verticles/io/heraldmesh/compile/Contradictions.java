package io.heraldmesh.compile;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields of one rule that exclude each other, so that it can never match. */
final class Contradictions {
  private Contradictions() {}

  /**
   * @param why what a message says behind the rule's name
   */
  record Found(Position at, String why) {}

  /** The first contradiction that no alternative of the rule escapes, or null. */
  static @Nullable Found of(Rule rule) {
    Found found = every(rule.from().stream().map(Contradictions::of).toList());
    if (found == null) {
      found = every(rule.to().stream().map(Contradictions::of).toList());
    }
    return found == null ? when(rule) : found;
  }

  /** The first when all alternatives have one. */
  private static @Nullable Found every(List<@Nullable Found> alternatives) {
    return alternatives.isEmpty() || alternatives.contains(null) ? null : alternatives.getFirst();
  }

  private static @Nullable Found of(Source source) {
    Found excluded =
        first(
            Map.entry("principals", source.principals()),
            Map.entry("requestPrincipals", source.requestPrincipals()),
            Map.entry("namespaces", source.namespaces()),
            Map.entry("serviceAccounts", source.serviceAccounts()),
            Map.entry("trustDomains", source.trustDomains()),
            Map.entry("ipBlocks", source.ipBlocks()),
            Map.entry("remoteIpBlocks", source.remoteIpBlocks()));
    return excluded == null ? strangers(source) : excluded;
  }

  private static @Nullable Found of(Operation operation) {
    return first(
        Map.entry("hosts", operation.hosts()),
        Map.entry("ports", operation.ports()),
        Map.entry("methods", operation.methods()),
        Map.entry("paths", operation.paths()));
  }

  @SafeVarargs
  private static @Nullable Found first(Map.Entry<String, Values>... fields) {
    for (Map.Entry<String, Values> field : fields) {
      Values values = field.getValue();
      if (excludesItself(values)) {
        return new Found(
            values.in().getFirst().at(),
            "can never match: its negative field excludes every value of " + field.getKey());
      }
    }
    return null;
  }

  private static boolean excludesItself(Values values) {
    return !values.in().isEmpty() && Coverage.allWithin(values.in(), values.notIn());
  }

  /** Principals that all live in other namespaces than the ones asked for. */
  private static @Nullable Found strangers(Source source) {
    List<Located<String>> principals = source.principals().in();
    List<Located<String>> namespaces = source.namespaces().in();
    if (principals.isEmpty() || namespaces.isEmpty()) {
      return null;
    }
    for (Located<String> principal : principals) {
      String[] parts = principal.value().split("/", -1);
      if (parts.length != 5
          || namespaces.stream().anyMatch(n -> Coverage.overlap(n.value(), parts[2]))) {
        return null;
      }
    }
    return new Found(
        principals.getFirst().at(),
        "can never match: its principals live in other namespaces than those it asks for");
  }

  private static @Nullable Found when(Rule rule) {
    for (Condition condition : rule.when()) {
      // Of several values of one header one may be listed and another not.
      if (condition.attribute() != Attribute.REQUEST_HEADER && excludesItself(condition.values())) {
        return new Found(
            condition.at(),
            "can never match: notValues excludes every value of " + condition.key().value());
      }
    }
    List<Condition> single = new ArrayList<>();
    for (Condition condition : rule.when()) {
      for (Condition other : single) {
        if (other.attribute() == condition.attribute()
            && apart(other.values().in(), condition.values().in())) {
          return new Found(
              condition.at(),
              "can never match: two conditions on "
                  + condition.key().value()
                  + " have no value in common");
        }
      }
      if (hasOneValue(condition.attribute())) {
        single.add(condition);
        Found found = against(rule, condition);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** A condition beside the field that looks at the same. */
  private static @Nullable Found against(Rule rule, Condition condition) {
    List<Values> fields =
        switch (condition.attribute()) {
          case DESTINATION_PORT -> rule.to().stream().map(Operation::ports).toList();
          case SOURCE_PRINCIPAL -> rule.from().stream().map(Source::principals).toList();
          case SOURCE_NAMESPACE -> rule.from().stream().map(Source::namespaces).toList();
          case REQUEST_PRINCIPAL -> rule.from().stream().map(Source::requestPrincipals).toList();
          default -> List.of();
        };
    boolean never =
        !fields.isEmpty() && fields.stream().allMatch(f -> apart(f.in(), condition.values().in()));
    return never
        ? new Found(
            condition.at(),
            "can never match: "
                + condition.key().value()
                + " and the rule's own field for it have no value in common")
        : null;
  }

  private static boolean apart(List<Located<String>> some, List<Located<String>> others) {
    return !some.isEmpty()
        && !others.isEmpty()
        && some.stream()
            .noneMatch(s -> others.stream().anyMatch(o -> Coverage.overlap(s.value(), o.value())));
  }

  /** Attributes that are one text; addresses are left out, because blocks may lie in blocks. */
  private static boolean hasOneValue(Attribute attribute) {
    return switch (attribute) {
      case SOURCE_NAMESPACE,
          SOURCE_PRINCIPAL,
          SOURCE_TRUST_DOMAIN,
          REQUEST_PRINCIPAL,
          REQUEST_PRESENTER,
          DESTINATION_PORT,
          CONNECTION_SNI ->
          true;
      case REQUEST_HEADER,
          SOURCE_IP,
          REMOTE_IP,
          SOURCE_SERVICE_ACCOUNT,
          REQUEST_AUDIENCES,
          REQUEST_CLAIM,
          DESTINATION_IP ->
          false;
    };
  }
}
