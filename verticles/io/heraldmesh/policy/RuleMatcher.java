package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Rule}, compiled: arrays of checks. A source together with an operation is an
 * <i>alternative</i>; the rule matches when one of them and all conditions do.
 */
final class RuleMatcher {
  /** What a rule asks that says nothing about it: one alternative without checks. */
  private static final Check[][] ANY = {{}};

  private final Check[][] from;
  private final Check[][] to;
  private final Check[] when;

  private RuleMatcher(Check[][] from, Check[][] to, Check[] when) {
    this.from = from.length == 0 ? ANY : from;
    this.to = to.length == 0 ? ANY : to;
    this.when = when;
  }

  static RuleMatcher ofHttp(Rule rule) {
    return new RuleMatcher(
        rule.from().stream().map(s -> array(SourceChecks.of(s))).toArray(Check[][]::new),
        rule.to().stream().map(o -> array(OperationChecks.of(o))).toArray(Check[][]::new),
        array(rule.when().stream().flatMap(c -> ConditionChecks.of(c).stream()).toList()));
  }

  /**
   * This rule as it holds for TCP connections, which lack every HTTP attribute.
   *
   * @param narrow true for ALLOW: a rule with an HTTP-only field never matches, so null; false for
   *     the others: such a field is left out and the rest still matches. Both refuse more.
   */
  @Nullable RuleMatcher forTcp(boolean narrow) {
    if (!httpOnly()) {
      return this;
    }
    return narrow ? null : forAnyRequest();
  }

  /** This rule without what only HTTP requests have: it matches whatever some request may match. */
  RuleMatcher forAnyRequest() {
    return httpOnly()
        ? new RuleMatcher(withoutHttp(from), withoutHttp(to), withoutHttp(when))
        : this;
  }

  /** The first alternative that matches, −1 when none does. */
  int match(Facts facts) {
    int operation = first(to, facts);
    if (operation < 0) {
      return -1;
    }
    int source = first(from, facts);
    return source < 0 || !all(when, facts) ? -1 : source * to.length + operation;
  }

  int alternatives() {
    return from.length * to.length;
  }

  /** What {@code alternative} and the conditions ask for, as {@code to[0].operation.paths}. */
  List<String> fields(int alternative) {
    List<String> fields = new ArrayList<>();
    for (Check check : from[alternative / to.length]) {
      fields.add(source(alternative / to.length) + check.field());
    }
    for (Check check : to[alternative % to.length]) {
      fields.add(operation(alternative % to.length) + check.field());
    }
    for (Check check : when) {
      fields.add(check.field());
    }
    return fields;
  }

  /** How many fields keep the nearest alternative from matching. */
  int missing(Facts facts) {
    return missing(from[nearest(from, facts)], facts)
        + missing(to[nearest(to, facts)], facts)
        + missing(when, facts);
  }

  /** The fields that keep the nearest alternative from matching. */
  List<Nearest.Miss> misses(Facts facts) {
    List<Nearest.Miss> misses = new ArrayList<>();
    int source = nearest(from, facts);
    int operation = nearest(to, facts);
    add(misses, source(source), from[source], facts);
    add(misses, operation(operation), to[operation], facts);
    add(misses, "", when, facts);
    return misses;
  }

  /**
   * What keeps a TCP connection from a rule that {@link #forTcp} drops: the fields of the nearest
   * alternative, and the HTTP-only ones of every other, since each of them drops the whole rule.
   */
  List<Nearest.Miss> missesOfAll(Facts facts) {
    List<Nearest.Miss> misses = new ArrayList<>();
    int source = nearest(from, facts);
    int operation = nearest(to, facts);
    for (int i = 0; i < from.length; i++) {
      add(misses, source(i), i == source ? from[i] : onlyHttp(from[i]), facts);
    }
    for (int i = 0; i < to.length; i++) {
      add(misses, operation(i), i == operation ? to[i] : onlyHttp(to[i]), facts);
    }
    add(misses, "", when, facts);
    return misses;
  }

  private static void add(List<Nearest.Miss> misses, String place, Check[] checks, Facts facts) {
    for (Check check : checks) {
      if (!check.isMet(facts)) {
        boolean lacks = check.httpOnly() && facts.isTcp();
        String expected = lacks ? "HTTP, not TCP" : check.expected().get();
        misses.add(new Nearest.Miss(place + check.field(), expected));
      }
    }
  }

  private static String source(int index) {
    return "from[" + index + "].source.";
  }

  private static String operation(int index) {
    return "to[" + index + "].operation.";
  }

  private static int nearest(Check[][] groups, Facts facts) {
    int best = 0;
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < groups.length && fewest > 0; i++) {
      int missing = missing(groups[i], facts);
      if (missing < fewest) {
        best = i;
        fewest = missing;
      }
    }
    return best;
  }

  private static int missing(Check[] checks, Facts facts) {
    int missing = 0;
    for (Check check : checks) {
      missing += check.isMet(facts) ? 0 : 1;
    }
    return missing;
  }

  private static int first(Check[][] groups, Facts facts) {
    for (int i = 0; i < groups.length; i++) {
      if (all(groups[i], facts)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean all(Check[] checks, Facts facts) {
    for (Check check : checks) {
      if (!check.passes(facts)) {
        return false;
      }
    }
    return true;
  }

  private boolean httpOnly() {
    return httpOnly(from) || httpOnly(to) || httpOnly(new Check[][] {when});
  }

  private static boolean httpOnly(Check[][] groups) {
    for (Check[] group : groups) {
      for (Check check : group) {
        if (check.httpOnly()) {
          return true;
        }
      }
    }
    return false;
  }

  private static Check[][] withoutHttp(Check[][] groups) {
    Check[][] kept = new Check[groups.length][];
    for (int i = 0; i < groups.length; i++) {
      kept[i] = withoutHttp(groups[i]);
    }
    return kept;
  }

  private static Check[] withoutHttp(Check[] checks) {
    List<Check> kept = new ArrayList<>(List.of(checks));
    kept.removeIf(Check::httpOnly);
    return array(kept);
  }

  private static Check[] onlyHttp(Check[] checks) {
    return array(Stream.of(checks).filter(Check::httpOnly).toList());
  }

  private static Check[] array(List<Check> checks) {
    return checks.toArray(Check[]::new);
  }
}
