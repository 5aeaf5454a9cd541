package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Spelling;
import io.heraldmesh.resource.yaml.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code when[]}. Source: Istio, authorization policy conditions. */
final class ConditionDecoder {
  private static final Set<String> PSEUDO_HEADERS =
      Set.of(":authority", ":method", ":path", ":scheme");
  private static final String ENVOY_FILTERS = "experimental.envoy.filters.";

  private ConditionDecoder() {}

  static Condition decode(Fields f, Action action) {
    Value written = f.required("key");
    Located<String> key = written.nonEmptyText();
    Optional<Attribute> found = attribute(key.value());
    Attribute attribute = found.orElse(Attribute.SOURCE_IP);
    List<String> arguments = List.of();
    if (found.isPresent()) {
      arguments = arguments(attribute, written, key.value());
      if (action == Action.CUSTOM && attribute.isIdentity()) {
        written.problem(
            ProblemCode.CUSTOM_UNSUPPORTED,
            "key " + Shown.quoted(key.value()) + " cannot be used with CUSTOM");
      }
    } else if (!key.value().isEmpty()) {
      reportUnknown(written, key.value());
    }
    Values values =
        Patterns.values(
            f,
            "values",
            "notValues",
            (texts, problems) -> found.ifPresent(a -> check(a, texts, problems)));
    if (values.isEmpty() && !f.isBroken()) {
      f.problem(ProblemCode.REQUIRED, "at least one of values and notValues is required");
    }
    return new Condition(f.at(), key, attribute, arguments, values);
  }

  private static Optional<Attribute> attribute(String key) {
    int bracket = key.indexOf('[');
    String name = bracket < 0 ? key : key.substring(0, bracket);
    return Arrays.stream(Attribute.values())
        .filter(a -> a.key().equals(name) && (a.hasArguments() || bracket < 0))
        .findFirst();
  }

  private static List<String> arguments(Attribute attribute, Value written, String key) {
    if (!attribute.hasArguments()) {
      return List.of();
    }
    int from = attribute.key().length() + 1;
    String inner =
        key.length() > from && key.endsWith("]") ? key.substring(from, key.length() - 1) : "";
    if (inner.isEmpty()) {
      written.problem(
          ProblemCode.UNKNOWN_CONDITION,
          Shown.quoted(key) + " must be followed by a name in brackets",
          "write it like " + attribute.key() + "[name]");
      return List.of();
    }
    if (attribute == Attribute.REQUEST_HEADER) {
      if (!Names.isHeader(inner) && !PSEUDO_HEADERS.contains(inner)) {
        written.problem(
            ProblemCode.INVALID_HEADER_NAME, Shown.quoted(inner) + " is no header name");
      }
      return List.of(inner);
    }
    return claimPath(inner);
  }

  /** {@code a][b} is a path of two; a name that has brackets of its own is one name. */
  private static List<String> claimPath(String inner) {
    List<String> path = List.of(inner.split("\\]\\[", -1));
    boolean nested =
        path.stream().noneMatch(p -> p.isEmpty() || p.contains("[") || p.contains("]"));
    return nested ? path : List.of(inner);
  }

  private static void check(
      Attribute attribute, List<Located<String>> texts, ProblemCollector problems) {
    switch (attribute) {
      case SOURCE_IP, REMOTE_IP, DESTINATION_IP -> IpBlocks.check(texts, problems);
      case DESTINATION_PORT -> Patterns.ports(texts, problems);
      case SOURCE_PRINCIPAL -> Patterns.principals(texts, problems);
      case SOURCE_TRUST_DOMAIN -> Patterns.trustDomains(texts, problems);
      case SOURCE_SERVICE_ACCOUNT -> Patterns.serviceAccounts(texts, problems);
      case SOURCE_NAMESPACE -> Patterns.namespaces(texts, problems);
      case REQUEST_PRINCIPAL -> Patterns.requestPrincipals(texts, problems);
      case CONNECTION_SNI -> Patterns.hosts(texts, problems);
      case REQUEST_HEADER -> Patterns.trimmed(texts, problems);
      case REQUEST_AUDIENCES, REQUEST_PRESENTER, REQUEST_CLAIM -> Patterns.plain(texts, problems);
    }
  }

  private static void reportUnknown(Value written, String key) {
    if (key.startsWith(ENVOY_FILTERS)) {
      written.problem(
          ProblemCode.NOT_ENFORCED, "Herald has no Envoy filters whose metadata it could compare");
      return;
    }
    int bracket = key.indexOf('[');
    String name = bracket < 0 ? key : key.substring(0, bracket);
    List<String> known = Arrays.stream(Attribute.values()).map(Attribute::key).toList();
    written.problem(
        ProblemCode.UNKNOWN_CONDITION,
        "unknown attribute " + Shown.quoted(key),
        Spelling.nearest(name, known)
            .map(near -> "did you mean " + near + "?")
            .orElse("use one of " + String.join(", ", known)));
  }
}
