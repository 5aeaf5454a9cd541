package io.heraldmesh.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rules of policies that are asked together: the first in order that matches decides. Which
 * ones are compared is the {@link RuleIndex}'s matter, and changes nothing of the answer.
 */
final class RuleSet {
  private final CompiledRule[] rules;
  private final RuleIndex http;
  private final RuleIndex tcp;
  private final RuleIndex any;

  private RuleSet(CompiledRule[] rules) {
    this.rules = rules;
    int[] all = IntStream.range(0, rules.length).toArray();
    int[] forTcp = IntStream.of(all).filter(i -> rules[i].matchesTcp()).toArray();
    this.http = RuleIndex.of(rules, all, true);
    this.tcp = RuleIndex.of(rules, forTcp, false);
    this.any = forTcp.length == all.length ? tcp : RuleIndex.of(rules, all, false);
  }

  static RuleSet of(List<AuthorizationPolicy> policies) {
    List<CompiledRule> rules = new ArrayList<>();
    for (AuthorizationPolicy policy : policies) {
      for (int i = 0; i < policy.rules().size(); i++) {
        rules.add(new CompiledRule(policy, i));
      }
    }
    return new RuleSet(rules.toArray(CompiledRule[]::new));
  }

  boolean isEmpty() {
    return rules.length == 0;
  }

  /** Why the first rule that matches decides; null when none does. */
  @Nullable Reason match(Facts facts) {
    First first = new First(rule -> rule.match(facts));
    (facts.isTcp() ? tcp : http).find(facts, first);
    return first.reason;
  }

  /**
   * Why the first rule that matches whatever is requested on the connection decides; null when it
   * depends on the request.
   */
  @Nullable Reason mustMatch(Facts connection) {
    First first = new First(rule -> rule.mustMatch(connection));
    any.find(connection, first);
    return first.reason;
  }

  /** Whether any rule could match some request on the connection. */
  boolean mayMatch(Facts connection) {
    Possible possible = new Possible(connection);
    any.find(connection, possible);
    return possible.found;
  }

  /**
   * The rule that missed least, when none matched; null without rules.
   *
   * @param among how many rules are looked at; of more than that, first those that the index finds,
   *     because they share a host, a path or a caller with the request. A miss by one field ends
   *     the search
   */
  @Nullable Nearest nearest(Facts facts, int among) {
    int[] places = IntStream.range(0, Math.min(among, rules.length)).toArray();
    if (rules.length > among) {
      Few few = new Few(among);
      (facts.isTcp() ? tcp : http).find(facts, few);
      places = few.places.isEmpty() ? places : few.rising();
    }
    CompiledRule best = null;
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < places.length && fewest > 1; i++) {
      CompiledRule rule = rules[places[i]];
      int missing = rule.missing(facts);
      if (missing < fewest) {
        best = rule;
        fewest = missing;
      }
    }
    return best == null ? null : best.nearest(facts);
  }

  /** Takes the first of what is offered. */
  private static final class Few implements TextIndex.Candidates {
    private final int most;
    final Set<Integer> places = new HashSet<>();

    Few(int most) {
      this.most = most;
    }

    @Override
    public void offer(int[] offered) {
      for (int i = 0; i < offered.length && places.size() < most; i++) {
        places.add(offered[i]);
      }
    }

    int[] rising() {
      return places.stream().mapToInt(Integer::intValue).sorted().toArray();
    }
  }

  /** Compares what is offered, as far as it comes before the best found so far. */
  private final class First implements TextIndex.Candidates {
    private final Function<CompiledRule, @Nullable Reason> match;
    private int place = rules.length;
    @Nullable Reason reason;

    First(Function<CompiledRule, @Nullable Reason> match) {
      this.match = match;
    }

    @Override
    public void offer(int[] places) {
      for (int i = 0; i < places.length && places[i] < place; i++) {
        Reason matched = match.apply(rules[places[i]]);
        if (matched != null) {
          place = places[i];
          reason = matched;
        }
      }
    }
  }

  /** Looks for one that may match among what is offered. */
  private final class Possible implements TextIndex.Candidates {
    private final Facts connection;
    boolean found;

    Possible(Facts connection) {
      this.connection = connection;
    }

    @Override
    public void offer(int[] places) {
      for (int i = 0; i < places.length && !found; i++) {
        found = rules[places[i]].mayMatch(connection);
      }
    }
  }
}
