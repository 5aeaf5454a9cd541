package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Source;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Source: Istio authorization_policy.proto and its validation. */
final class AuthorizationPolicyDecoder {
  private static final int MAX_RULES = 512;
  private static final String DRY_RUN = "istio.io/dry-run";

  private AuthorizationPolicyDecoder() {}

  static AuthorizationPolicy decode(Fields document) {
    return document.required("spec").decode(spec -> decode(document, spec));
  }

  private static AuthorizationPolicy decode(Fields document, Fields spec) {
    Metadata metadata = MetadataDecoder.namespaced(document);
    Selector selector = SelectorDecoder.selector(spec);
    Located<Action> action = spec.optional("action").oneOf(Action.class, Action.ALLOW);
    Value rules = spec.optional("rules");
    requireRules(action.value(), rules);
    return new AuthorizationPolicy(
        metadata,
        selector,
        SelectorDecoder.targetRefs(spec),
        action,
        provider(action.value(), spec),
        dryRun(metadata, rules),
        limited(rules).list(f -> rule(f, action.value())));
  }

  /** An ALLOW without rules denies everything; the others would never do anything. */
  private static void requireRules(Action action, Value rules) {
    if (action != Action.ALLOW && action != Action.AUDIT && rules.size() == 0 && !rules.isNull()) {
      rules.problem(
          ProblemCode.NEVER_TRIGGERED, action + " without rules would never be triggered");
    }
  }

  private static @Nullable Located<String> provider(Action action, Fields spec) {
    Value written = spec.optional("provider");
    if (action != Action.CUSTOM) {
      if (written.isPresent()) {
        written.problem(
            ProblemCode.CONFLICT,
            "provider goes only with action CUSTOM",
            "remove provider, or set action: CUSTOM");
      }
      return null;
    }
    return spec.required("provider").decode(f -> f.required("name").nonEmptyText());
  }

  private static boolean dryRun(Metadata metadata, Value anyField) {
    String written = metadata.annotations().get(DRY_RUN);
    if (written != null && !written.equals("true") && !written.equals("false")) {
      anyField
          .problems()
          .add(
              metadata.at().withField("metadata.annotations[\"" + DRY_RUN + "\"]"),
              ProblemCode.INVALID,
              Shown.quoted(written) + " is neither \"true\" nor \"false\"");
    }
    return "true".equals(written);
  }

  private static Rule rule(Fields f, Action action) {
    List<Source> from =
        notEmpty(f, "from")
            .list(item -> item.required("source").decode(s -> SourceDecoder.decode(s, action)));
    List<Operation> to =
        notEmpty(f, "to").list(item -> item.required("operation").decode(OperationDecoder::decode));
    List<Condition> when =
        limited(f.optional("when")).list(item -> ConditionDecoder.decode(item, action));
    return new Rule(f.at(), from, to, when);
  }

  /** An empty list would be read as "no one" by some and as "anyone" by others. */
  private static Value notEmpty(Fields f, String name) {
    Value written = limited(f.optional(name));
    if (written.isPresent() && written.size() == 0 && !written.isNull() && written.isList()) {
      written.problem(ProblemCode.EMPTY, name + " must not be empty");
    }
    return written;
  }

  private static Value limited(Value list) {
    if (list.size() > MAX_RULES) {
      list.problem(ProblemCode.TOO_MANY, "more than " + MAX_RULES + " items");
    }
    return list;
  }
}
