package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.ANY_OPERATION;
import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.enforce;
import static io.heraldmesh.policy.Policies.noneOf;
import static io.heraldmesh.policy.Policies.paths;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.principals;
import static io.heraldmesh.policy.Policies.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

/** A connection is good for nothing only when no request on it could be allowed. */
class RefusalOfAllTest {
  private static final String ME = "mesh.test/ns/a/sa/me";
  private static final Source MINE = principals(anyOf(ME));
  private static final Source OTHERS = principals(noneOf(ME));

  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  void whereItRefusesAllEveryRequestIsRefused(@ForAll long seed) {
    RandomPolicies world = new RandomPolicies(seed);
    Authorization authorization = new Authorization(world.policies(), 4);
    for (int i = 0; i < 20; i++) {
      Connection connection = world.connection();
      Peer peer =
          connection.peer() == null
              ? null
              : Peer.of(connection.peer(), connection.peer().workload().orElseThrow());
      boolean all = authorization.refusalOfAll(Facts.ofTcp(connection, peer)) != null;
      Statistics.label("refused whatever it asks").collect(all);
      for (int requests = 0; all && requests < 5; requests++) {
        Requests request = world.request();
        Target target = Target.of(request.target(), PathNormalization.NONE);
        if (target != null) {
          Facts facts = Facts.ofRequest(connection, peer, request, target, TokenChanges.NONE);
          assertThat(authorization.decide(facts, world.tokens()).allowed()).isFalse();
        }
      }
    }
  }

  @Test
  void anAllowPolicyThatNamesOnlyOthersRefusesAll() {
    assertRefused(policy(Action.ALLOW, "p"));
    assertRefused(policy(Action.ALLOW, "p", rule(OTHERS)));
    assertRefused(
        policy(
            Action.ALLOW, "p", new Rule(List.of(OTHERS), List.of(paths(anyOf("/x"))), List.of())));
  }

  @Test
  void aDenyPolicyForTheCallerRefusesAll() {
    assertRefused(policy(Action.DENY, "p", rule(MINE)));
    assertRefused(policy(Action.DENY, "p", rule(ANY_OPERATION)));
  }

  @Test
  void whatDependsOnTheRequestRefusesNotAll() {
    assertOpen();
    assertOpen(policy(Action.ALLOW, "p", rule(paths(anyOf("/x")))));
    assertOpen(policy(Action.ALLOW, "p", rule(paths(noneOf("/x")))));
    assertOpen(policy(Action.DENY, "p", rule(paths(anyOf("*")))));
    assertOpen(policy(Action.DENY, "p", rule(OTHERS)));
    assertOpen(
        policy(Action.ALLOW, "p", rule(OTHERS)),
        policy(Action.ALLOW, "q", new Rule(List.of(MINE), List.of(paths(anyOf("/x"))), List.of())));
  }

  @Test
  void whatOnlyReportsRefusesNothing() {
    assertOpen(Policies.dryRun(Action.DENY, "p", rule(MINE)));
    assertOpen(policy(Action.AUDIT, "p", rule(MINE)));
  }

  private static void assertRefused(AuthorizationPolicy... policies) {
    assertThat(enforce(policies).refusalOfAll(caller(ME))).isNotNull();
  }

  private static void assertOpen(AuthorizationPolicy... policies) {
    assertThat(enforce(policies).refusalOfAll(caller(ME))).isNull();
  }
}
