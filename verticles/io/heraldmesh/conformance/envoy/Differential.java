package io.heraldmesh.conformance.envoy;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Herald's decisions against Envoy's on random calls; a seed names the calls. */
final class Differential {
  private static final Pattern RULE = Pattern.compile("policy\\[(.+?)]-rule(\\d+)(?:-|$)");

  private final BuilderInput input;
  private final long seed;
  private final int calls;
  private final Tokens tokens = new Tokens();

  Differential(BuilderInput input, long seed, int calls) {
    this.input = input;
    this.seed = seed;
    this.calls = calls;
  }

  /** The policies as a whole against all filters; the first difference, or empty. */
  String whole(List<RbacFilter> filters) {
    RandomCalls random = calls(input.policies());
    Enforcement enforcement = enforcement(input.policies(), random);
    Comparison comparison = new Comparison(enforcement, filters, input.custom());
    for (int i = 0; i < calls; i++) {
      Call call = random.next();
      Optional<String> difference = comparison.difference(call);
      if (difference.isPresent()) {
        return difference.get() + "; " + shown(call, i);
      }
    }
    return "";
  }

  /** Each field of each rule alone. */
  List<SingleFields.Field> fields(List<RbacFilter> filters) {
    return filters.stream()
        .flatMap(f -> f.rules().or(f::shadow).stream())
        .flatMap(rules -> rules.policies().entrySet().stream())
        .flatMap(
            e ->
                rule(e.getKey()).stream()
                    .flatMap(rule -> SingleFields.of(rule, e.getValue()).stream()))
        .toList();
  }

  /**
   * One field alone; the first difference, or empty. A field whose patterns are not {@code *} must
   * have been seen to match and not to match, else the calls prove nothing.
   */
  String field(SingleFields.Field field) {
    List<AuthorizationPolicy> policies =
        List.of(SingleFields.policy(input.policies().getFirst(), field.rule()));
    RandomCalls random = calls(policies);
    Enforcement enforcement = enforcement(policies, random);
    int matched = 0;
    for (int i = 0; i < calls; i++) {
      Call call = random.next();
      boolean herald = Comparison.decide(enforcement, call) instanceof Decision.Allowed;
      boolean envoy = new Rbac(call).holds(field.element(), false);
      if (herald != envoy) {
        return "Herald " + herald + ", Envoy " + envoy + "; " + shown(call, i);
      }
      matched += envoy ? 1 : 0;
    }
    boolean telling = matched > 0 && matched < calls;
    return telling || field.hasAny() || !input.reaches(field)
        ? ""
        : "of " + calls + " calls " + matched + " matched: they prove nothing";
  }

  private RandomCalls calls(List<AuthorizationPolicy> policies) {
    return new RandomCalls(Vocabulary.of(policies), input.domains(), input.tcp(), seed);
  }

  private Enforcement enforcement(List<AuthorizationPolicy> policies, RandomCalls random) {
    random.sign(tokens);
    return input.enforcement(policies, input.tcp() ? "" : tokens.rules(random.issuers()));
  }

  /**
   * Istio names a compiled rule after its policy and its place in it; a policy without rules has
   * one that never matches.
   */
  private Optional<Rule> rule(String name) {
    Matcher found = RULE.matcher(name);
    if (!found.find()) {
      throw new IllegalArgumentException("not understood: policy " + name);
    }
    return input.policies().stream()
        .filter(p -> p.metadata().name().equals(found.group(1)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no policy " + found.group(1)))
        .rules()
        .stream()
        .skip(Integer.parseInt(found.group(2)))
        .findFirst();
  }

  private String shown(Call call, int number) {
    return "seed " + seed + " call " + number + ": " + RandomCalls.shown(call);
  }
}
