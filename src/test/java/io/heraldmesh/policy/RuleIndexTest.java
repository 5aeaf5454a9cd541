package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.hosts;
import static io.heraldmesh.policy.Policies.noneOf;
import static io.heraldmesh.policy.Policies.paths;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.principals;
import static io.heraldmesh.policy.Policies.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The index changes what a decision costs, and nothing of the decision. */
class RuleIndexTest {
  private static final int MANY = 2000;

  @Property(tries = 1000, shrinking = ShrinkingMode.OFF)
  void anIndexedDecisionIsTheOneOfTryingEveryRuleInOrder(@ForAll long seed) {
    RandomPolicies world = new RandomPolicies(seed);
    List<AuthorizationPolicy> policies = world.policies();
    Authorization indexed = new Authorization(policies, 4);
    for (int i = 0; i < 20; i++) {
      Connection connection = world.connection();
      List<VerifiedToken> tokens = world.tokens();
      Facts http = http(connection, world.request());
      Facts tcp = Facts.ofTcp(connection, peer(connection));
      assertSame(indexed.decide(http, tokens), linear(policies, http, tokens));
      assertSame(indexed.decide(tcp, List.of()), linear(policies, tcp, List.of()));
      assertThat(indexed.report(http, tokens)).isEqualTo(reported(policies, http, tokens));
    }
  }

  @Test
  void ofManyRulesOnlyThoseThatMayMatchAreCompared() {
    assertFew(i -> rule(hosts(anyOf("h" + i + ".test"))), Requests.get("/").host("h77.test:80"));
    assertFew(i -> rule(hosts(anyOf("*.h" + i + ".test"))), Requests.get("/").host("a.H77.test."));
    assertFew(i -> rule(paths(anyOf("/p" + i + "/*"))), Requests.get("/p77/x?y"));
    assertFew(i -> rule(paths(anyOf("*/p" + i))), Requests.get("/x/p77"));
    assertFew(
        i -> rule(paths(new TextField(List.of(TextMatch.ofPath("/p" + i + "/{*}/x")), List.of()))),
        Requests.get("/p77/y/x"));
    assertFew(i -> rule(principals(anyOf("mesh.test/ns/a/sa/s" + i))), Requests.get("/"));
    assertFew(i -> rule(account("a/s" + i)), Requests.get("/"));
    assertFew(i -> rule(block("10." + i / 256 + "." + i % 256 + ".0/24")), Requests.get("/"));
  }

  @Test
  void aRuleStandsUnderItsMostSelectiveField() {
    Source everyone = principals(anyOf("mesh.test/*"));
    assertFew(
        i ->
            new Rule(
                List.of(everyone),
                List.of(new Operation(anyOf("svc.a.test"), PortField.ANY, anyOf("GET"), one(i))),
                List.of()),
        Requests.get("/p77"));
  }

  @Test
  void rulesThatCannotBeIndexedAreStillFound() {
    CompiledRule[] rules = compiled(i -> rule(paths(noneOf("/p" + i))), 5);
    assertThat(offered(rules, Requests.get("/p0"))).containsExactly(0, 1, 2, 3, 4);
    RuleSet set = RuleSet.of(List.of(policy(Action.DENY, "p", rule(paths(noneOf("/p"))))));
    assertThat(set.match(http(caller(null), Requests.get("/x")))).isNotNull();
  }

  @Test
  void theFirstRuleInOrderDecidesWhereverItStandsInTheIndex() {
    Rule byHost = rule(hosts(anyOf("svc.a.test")));
    Rule byPath = rule(paths(anyOf("/x*")));
    Rule apart = rule();
    for (List<Rule> order :
        List.of(
            List.of(byHost, byPath, apart),
            List.of(byPath, apart, byHost),
            List.of(apart, byHost, byPath))) {
      RuleSet set = RuleSet.of(List.of(policy(Action.DENY, "p", order.toArray(Rule[]::new))));
      Reason reason = set.match(http(caller(null), Requests.get("/xy")));
      assertThat(reason).isNotNull().returns(0, Reason::rule);
    }
  }

  @Test
  void onTcpARuleIsIndexedByWhatTcpHas() {
    Rule rule =
        new Rule(
            List.of(principals(anyOf("mesh.test/ns/a/sa/s"))),
            List.of(paths(anyOf("/x"))),
            List.of());
    RuleSet deny = RuleSet.of(List.of(policy(Action.DENY, "p", rule)));
    Connection connection = caller("mesh.test/ns/a/sa/s");
    assertThat(deny.match(Facts.ofTcp(connection, peer(connection)))).isNotNull();
    RuleSet allow = RuleSet.of(List.of(policy(Action.ALLOW, "p", rule)));
    assertThat(allow.match(Facts.ofTcp(connection, peer(connection)))).isNull();
  }

  private static void assertFew(IntFunction<Rule> rule, Requests request) {
    CompiledRule[] rules = compiled(rule, MANY);
    assertThat(offered(rules, request)).containsExactly(77);
    assertThat(rules[77].match(http(CALLER_77, request))).isNotNull();
  }

  private static final Connection CALLER_77 =
      Policies.connection("mesh.test/ns/a/sa/s77", "10.0.77.3", "10.0.0.1", null);

  private static CompiledRule[] compiled(IntFunction<Rule> rule, int count) {
    AuthorizationPolicy policy =
        policy(Action.ALLOW, "p", IntStream.range(0, count).mapToObj(rule).toArray(Rule[]::new));
    return IntStream.range(0, count)
        .mapToObj(i -> new CompiledRule(policy, i))
        .toArray(CompiledRule[]::new);
  }

  private static List<Integer> offered(CompiledRule[] rules, Requests request) {
    List<Integer> offered = new ArrayList<>();
    RuleIndex.of(rules, IntStream.range(0, rules.length).toArray(), true)
        .find(
            http(CALLER_77, request),
            places -> {
              for (int place : places) {
                offered.add(place);
              }
            });
    return offered;
  }

  private static TextField one(int i) {
    return anyOf("/p" + i);
  }

  private static Source account(String account) {
    TextField any = TextField.ANY;
    AddressField address = AddressField.ANY;
    return new Source(any, any, any, anyOf(account), any, address, address);
  }

  private static Source block(String block) {
    TextField any = TextField.ANY;
    return new Source(
        any, any, any, any, any, new AddressField(List.of(block), List.of()), AddressField.ANY);
  }

  private static Facts http(Connection connection, Requests request) {
    Target target = Target.of(request.target(), PathNormalization.BASE);
    assertThat(target).isNotNull();
    return Facts.ofRequest(connection, peer(connection), request, target, TokenChanges.NONE);
  }

  private static @Nullable Peer peer(Connection connection) {
    SpiffeId id = connection.peer();
    return id == null ? null : Peer.of(id, id.workload().orElseThrow());
  }

  private static void assertSame(Authorization.Verdict one, Authorization.Verdict other) {
    assertThat(one.allowed()).isEqualTo(other.allowed());
    assertThat(one.reason().code()).isEqualTo(other.reason().code());
    assertThat(one.reason().policy()).isEqualTo(other.reason().policy());
    assertThat(one.reason().rule()).isEqualTo(other.reason().rule());
    assertThat(one.reason().fields()).isEqualTo(other.reason().fields());
  }

  /** The order of the page "AuthorizationPolicy", word by word, without index. */
  private static Authorization.Verdict linear(
      List<AuthorizationPolicy> policies, Facts facts, List<VerifiedToken> tokens) {
    for (Action action : List.of(Action.CUSTOM, Action.DENY)) {
      for (int i = 0; i < Math.max(1, tokens.size()); i++) {
        facts.token(tokens.isEmpty() ? null : tokens.get(i));
        Reason refused = first(enforced(policies, action), facts);
        if (refused != null) {
          return new Authorization.Verdict(false, refused);
        }
      }
    }
    List<AuthorizationPolicy> allow = enforced(policies, Action.ALLOW);
    if (allow.isEmpty()) {
      return new Authorization.Verdict(true, new Reason(Reason.ALLOWED, ""));
    }
    facts.token(tokens.isEmpty() ? null : tokens.getFirst());
    Reason allowed = first(allow, facts);
    return allowed == null
        ? new Authorization.Verdict(false, Reason.unmatched(null))
        : new Authorization.Verdict(true, allowed);
  }

  private static List<Decision.DryRun> reported(
      List<AuthorizationPolicy> policies, Facts facts, List<VerifiedToken> tokens) {
    facts.token(tokens.isEmpty() ? null : tokens.getFirst());
    List<Decision.DryRun> results = new ArrayList<>();
    for (AuthorizationPolicy policy : policies) {
      if (policy.dryRun() || policy.action() == Action.AUDIT) {
        Reason reason = first(List.of(policy), facts);
        int rule = reason == null ? -1 : reason.rule();
        results.add(new Decision.DryRun(policy.id(), rule, policy.action().name(), reason != null));
      }
    }
    return results;
  }

  private static List<AuthorizationPolicy> enforced(
      List<AuthorizationPolicy> policies, Action action) {
    return policies.stream().filter(p -> !p.dryRun() && p.action() == action).toList();
  }

  private static @Nullable Reason first(List<AuthorizationPolicy> policies, Facts facts) {
    for (AuthorizationPolicy policy : policies) {
      for (int i = 0; i < policy.rules().size(); i++) {
        Reason reason = new CompiledRule(policy, i).match(facts);
        if (reason != null) {
          return reason;
        }
      }
    }
    return null;
  }
}
