package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthenticationPolicy.PathForm;
import io.heraldmesh.resource.AuthenticationPolicy.PathMatch;
import io.heraldmesh.resource.AuthenticationPolicy.TriggerRule;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code triggerRules[]}. Source: Istio authentication/v1alpha1 policy.proto, Jwt.TriggerRule. */
final class TriggerRuleDecoder {
  private TriggerRuleDecoder() {}

  static List<TriggerRule> decode(Fields jwt) {
    Value written = jwt.optional("triggerRules", "trigger_rules");
    List<TriggerRule> rules = written.list(TriggerRuleDecoder::rule);
    boolean onlyExcludes =
        rules.stream().anyMatch(r -> !r.excluded().isEmpty() && r.included().isEmpty());
    boolean onlyIncludes =
        rules.stream().anyMatch(r -> r.excluded().isEmpty() && !r.included().isEmpty());
    if (onlyExcludes && onlyIncludes) {
      written.problem(
          ProblemCode.TRIGGERS_ADD_UP,
          "one rule that matches is enough, so the rule with only excludedPaths asks for a token on"
              + " nearly every path, whatever the other rules say");
    }
    return rules;
  }

  private static TriggerRule rule(Fields f) {
    return new TriggerRule(
        f.at(),
        f.optional("excludedPaths", "excluded_paths").list(TriggerRuleDecoder::path),
        f.optional("includedPaths", "included_paths").list(TriggerRuleDecoder::path));
  }

  private static PathMatch path(Fields f) {
    List<PathMatch> written = new ArrayList<>();
    for (PathForm form : PathForm.values()) {
      Value value = f.optional(form.name().toLowerCase(Locale.ROOT));
      if (value.isPresent()) {
        PathMatch match = new PathMatch(form, value.nonEmptyText());
        check(match, value);
        written.add(match);
      }
    }
    if (written.size() == 1) {
      return written.getFirst();
    }
    if (!f.isBroken()) {
      f.problem(
          written.isEmpty() ? ProblemCode.REQUIRED : ProblemCode.CONFLICT,
          "a path is given by exactly one of exact, prefix, suffix and regex");
    }
    return new PathMatch(PathForm.EXACT, new Located<>("", f.at()));
  }

  private static void check(PathMatch match, Value written) {
    String text = match.text().value();
    boolean fromTheStart = match.form() == PathForm.EXACT || match.form() == PathForm.PREFIX;
    if (text.isEmpty()) {
      return;
    }
    if (match.form() == PathForm.REGEX) {
      PathRegex.check(written, text);
    } else if (text.contains("?") || text.contains("#")) {
      neverMatches(written, text, "has a query or fragment; only the path is compared");
    } else if (fromTheStart && !text.startsWith("/")) {
      neverMatches(written, text, "does not begin with '/'; every path does");
    }
  }

  private static void neverMatches(Value written, String text, String why) {
    written.problem(ProblemCode.NEVER_MATCHES, Shown.quoted(text) + " " + why);
  }
}
