package io.heraldmesh.resource.read;

import io.heraldmesh.resource.DestinationRule;
import io.heraldmesh.resource.DestinationRule.Subset;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Source: Istio destination_rule.proto and its validation. */
final class DestinationRuleDecoder {
  private DestinationRuleDecoder() {}

  static DestinationRule decode(Fields document) {
    return document
        .required("spec")
        .decode(
            spec -> {
              Metadata metadata = MetadataDecoder.namespaced(document);
              Value host = spec.required("host");
              Value subsets = spec.optional("subsets");
              Selector selector = SelectorDecoder.selector(spec, "workloadSelector");
              Value exported = spec.optional("exportTo");
              List<Located<String>> exportTo = exported.texts();
              DestinationRule rule =
                  new DestinationRule(
                      metadata,
                      host(host, metadata.namespace()),
                      exportTo.stream().map(Located::value).toList(),
                      selector,
                      TrafficPolicyDecoder.decode(spec.optional("trafficPolicy")),
                      subsets.list(DestinationRuleDecoder::subset));
              checkSubsets(rule, subsets);
              new ExportCheck(exportTo, metadata.namespace(), exported.problems())
                  .check(!selector.isEmpty());
              return rule;
            });
  }

  /** A name without dots is a service of the rule's own namespace. */
  private static Located<String> host(Value written, String namespace) {
    Located<String> host = written.nonEmptyText();
    String name = host.value().toLowerCase(Locale.ROOT);
    if (name.isEmpty() || name.equals("*")) {
      return new Located<>(name, host.at());
    }
    if (!Names.isHost(withoutWildcard(name))) {
      written.problem(
          ProblemCode.INVALID_HOST,
          Shown.quoted(host.value()) + " is no host name",
          "use a full DNS name, a service's name, or '*' at the start of one");
    }
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return new Located<>(
        name.contains(".") || name.startsWith("*") ? name : Service.fullHost(name, namespace),
        host.at());
  }

  private static String withoutWildcard(String host) {
    return host.startsWith("*.") || host.startsWith("*-")
        ? host.substring(2)
        : host.startsWith("*") ? host.substring(1) : host;
  }

  private static Subset subset(Fields f) {
    Value name = f.required("name");
    Located<String> text = name.nonEmptyText();
    if (!text.value().isEmpty() && !Names.isLabel(text.value())) {
      name.problem(
          ProblemCode.INVALID_NAME,
          Shown.quoted(text.value()) + " is no name of a subset",
          "use at most 63 lower-case letters, digits and '-'");
    }
    return new Subset(
        f.at(),
        text.value(),
        f.optional("labels").textMap(),
        TrafficPolicyDecoder.decodeOfSubset(f.optional("trafficPolicy")));
  }

  private static void checkSubsets(DestinationRule rule, Value written) {
    Set<String> names = new HashSet<>();
    for (Subset subset : rule.subsets()) {
      if (!names.add(subset.name()) && !subset.name().isEmpty()) {
        written
            .problems()
            .add(
                subset.at(),
                ProblemCode.CONFLICT,
                "subset " + Shown.quoted(subset.name()) + " stands twice");
      }
    }
  }
}
