package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.TargetRef;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.KeyedValue;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code selector}, {@code targetRefs} and {@code workloadSelector}: what a resource is about. */
final class SelectorDecoder {
  private static final int MAX_TARGETS = 16;

  /** What Istio lets a policy be attached to: group and kind. */
  private static final Map<String, Set<String>> TARGETS =
      Map.of(
          "", Set.of("Service"),
          "networking.istio.io", Set.of("ServiceEntry"),
          "gateway.networking.k8s.io", Set.of("Gateway", "GatewayClass"));

  private static final Pattern GROUP =
      Pattern.compile("([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?");
  private static final Pattern KIND = Pattern.compile("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?");

  private SelectorDecoder() {}

  /** {@code selector.matchLabels}. An unknown way to select must never select everything. */
  static Selector selector(Fields spec) {
    return selector(spec, "selector");
  }

  /** The same under another name. */
  static Selector selector(Fields spec, String name) {
    Value selector = spec.optional(name);
    if (!selector.isPresent()) {
      return new Selector(Map.of(), spec.at().withField(selector.at().field()));
    }
    return selector.decode(
        f -> {
          Value expressions = f.optional("matchExpressions");
          if (expressions.isPresent()) {
            expressions.problem(
                ProblemCode.INVALID_SELECTOR, "matchExpressions is not supported in a selector");
          }
          return new Selector(labels(f.optional("matchLabels")), f.at());
        });
  }

  /** {@code workloadSelector.labels} of a ServiceEntry. */
  static Selector workloadSelector(Fields f) {
    return new Selector(labels(f.optional("labels")), f.at());
  }

  private static Map<String, String> labels(Value written) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (KeyedValue entry : written.entries()) {
      String key = entry.key().value();
      String value = entry.value().text().value();
      if (key.isEmpty()) {
        entry.value().problem(ProblemCode.INVALID_SELECTOR, "a label in a selector has no name");
      } else if (key.contains("*") || value.contains("*")) {
        entry
            .value()
            .problem(ProblemCode.INVALID_SELECTOR, "wildcard '*' is not supported in a selector");
      } else if (!Names.isLabel(key, value)) {
        entry
            .value()
            .problem(
                ProblemCode.NEVER_MATCHES,
                Shown.quoted(key + ": " + value) + " has characters that no label has");
      }
      labels.put(key, value);
    }
    return labels;
  }

  /** {@code targetRefs} and the older {@code targetRef}; not together with a selector. */
  static List<TargetRef> targetRefs(Fields spec) {
    Value list = spec.optional("targetRefs");
    Value single = spec.optional("targetRef");
    List<TargetRef> targets = new ArrayList<>(list.list(SelectorDecoder::target));
    if (single.isPresent()) {
      targets.add(single.decode(SelectorDecoder::target));
    }
    Value written = list.isPresent() ? list : single;
    int ways =
        (list.isPresent() ? 1 : 0) + (single.isPresent() ? 1 : 0) + (spec.has("selector") ? 1 : 0);
    if (written.isPresent() && ways > 1) {
      written.problem(ProblemCode.CONFLICT, "only one of targetRefs or selector can be set");
    }
    if (targets.size() > MAX_TARGETS) {
      list.problem(ProblemCode.TOO_MANY, "more than " + MAX_TARGETS + " targets");
    }
    return targets;
  }

  private static TargetRef target(Fields f) {
    Located<String> group = f.optional("group").text();
    Value kind = f.required("kind");
    Located<String> kindName = kind.nonEmptyText();
    Located<String> name = f.required("name").nonEmptyText();
    boolean possible = require(GROUP, group, f.optional("group"));
    if (!kindName.value().isEmpty() && require(KIND, kindName, kind) && possible) {
      attachable(group.value(), kindName.value(), kind);
    }
    Value namespace = f.optional("namespace");
    if (namespace.isPresent() && !namespace.text().value().isEmpty()) {
      namespace.problem(
          ProblemCode.INVALID_TARGET, "a target in another namespace is not supported");
    }
    return new TargetRef(group.value(), kindName.value(), name.value(), f.at());
  }

  /** A policy for what Istio attaches it to is right, but here nothing would enforce it. */
  private static void attachable(String group, String kind, Value written) {
    if (TARGETS.getOrDefault(group, Set.of()).contains(kind)) {
      written.problem(
          ProblemCode.IGNORED_FIELD,
          "Herald does not enforce a policy that is attached to a " + kind,
          "use selector.matchLabels to attach it to workloads");
    } else {
      written.problem(
          ProblemCode.INVALID_TARGET,
          "no policy can be attached to a "
              + Shown.quoted(kind)
              + " of "
              + (group.isEmpty() ? "the core group" : Shown.quoted(group)),
          "use Service, ServiceEntry of networking.istio.io, or Gateway or GatewayClass of"
              + " gateway.networking.k8s.io");
    }
  }

  private static boolean require(Pattern form, Located<String> text, Value written) {
    boolean possible = form.matcher(text.value()).matches();
    if (!possible) {
      written.problem(
          ProblemCode.INVALID_TARGET,
          Shown.quoted(text.value()) + " is not possible here",
          "write group and kind as the target's own YAML does");
    }
    return possible;
  }
}
