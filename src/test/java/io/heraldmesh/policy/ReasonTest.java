package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.decide;
import static io.heraldmesh.policy.Policies.enforce;
import static io.heraldmesh.policy.Policies.methods;
import static io.heraldmesh.policy.Policies.noneOf;
import static io.heraldmesh.policy.Policies.paths;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.principals;
import static io.heraldmesh.policy.Policies.rule;
import static io.heraldmesh.policy.Policies.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition.ClaimCondition;
import io.heraldmesh.policy.Condition.HeaderCondition;
import io.heraldmesh.policy.Nearest.Miss;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A decision says which policy, rule and field decided, and how near an unmatched request came. */
class ReasonTest {
  private static final String CLIENT = "mesh.test/ns/a/sa/client";
  private static final String OTHER = "mesh.test/ns/a/sa/other";
  private static final Rule CLIENT_GETS =
      new Rule(
          List.of(principals(anyOf(OTHER)), principals(anyOf(CLIENT))),
          List.of(methods(anyOf("PUT")), methods(anyOf("GET", "HEAD"))),
          List.of(new HeaderCondition("X-Key", anyOf("s3cr3t"))));

  @Test
  void aMatchedRuleNamesTheFieldsOfTheAlternativeThatMatched() {
    Requests request = Requests.get("/x").header("x-key", "s3cr3t");
    for (Action action : List.of(Action.ALLOW, Action.DENY)) {
      Enforcement enforcement = enforce(policy(action, "p", rule(paths(anyOf("/y"))), CLIENT_GETS));
      for (int again = 0; again < 2; again++) {
        Reason reason = decide(enforcement, caller(CLIENT), request).reason();
        assertThat(reason.policy()).isEqualTo("a/p");
        assertThat(reason.rule()).isEqualTo(1);
        assertThat(reason.fields())
            .containsExactly(
                "from[1].source.principals",
                "to[1].operation.methods",
                "when[request.headers[X-Key]].values");
        assertThat(reason.nearest()).isNull();
        assertThat(reason.toString()).doesNotContain("s3cr3t");
        Reason put = decide(enforcement, caller(OTHER), request.method("PUT")).reason();
        assertThat(put.fields()).contains("from[0].source.principals", "to[0].operation.methods");
      }
    }
  }

  @Test
  void aRuleThatAsksForNothingHasNoFields() {
    Reason reason =
        decide(enforce(policy(Action.DENY, "all", rule())), caller(null), Requests.get("/"))
            .reason();
    assertThat(reason.fields()).isEmpty();
    assertThat(reason.detail())
        .isEqualTo("DENY policy a/all matched with rule 0, which asks for nothing");
  }

  @Test
  void aNegativeFieldIsNamedAsItIsWritten() {
    Enforcement enforcement =
        enforce(policy(Action.ALLOW, "p", rule(paths(noneOf("/a", "/b*", "*/c", "/d")))));
    assertThat(decide(enforcement, caller(null), Requests.get("/x")).reason().fields())
        .containsExactly("to[0].operation.notPaths");
    assertThat(nearest(enforcement, caller(null), Requests.get("/a")).misses())
        .containsExactly(new Miss("to[0].operation.notPaths", "none of /a, /b*, */c and 1 more"));
  }

  @Test
  void theNearestRuleHasTheFewestFieldsThatFail() {
    Enforcement enforcement =
        enforce(
            policy(Action.ALLOW, "far", CLIENT_GETS),
            policy(
                Action.ALLOW,
                "near",
                rule(new ClaimCondition(List.of("a", "b"), anyOf("1"))),
                rule(paths(anyOf("/z")))));
    assertThat(nearest(enforcement, caller(null), Requests.get("/x").header("x-key", "wrong")))
        .isEqualTo(
            new Nearest(
                "a/near", 0, List.of(new Miss("when[request.auth.claims[a][b]].values", "1"))));
    Nearest far = nearest(enforce(policy(Action.ALLOW, "far", CLIENT_GETS)), caller(null), post());
    assertThat(far.misses())
        .containsExactly(
            new Miss("from[0].source.principals", OTHER),
            new Miss("to[0].operation.methods", "PUT"),
            new Miss("when[request.headers[X-Key]].values", "a value that the policy lists"));
    assertThat(far.fields()).hasSize(3);
  }

  @Test
  void ofSourcesAndOperationsTheNearestCounts() {
    Operation getOnly = methods(anyOf("GET"));
    Operation putOfZ = new Operation(TextField.ANY, PortField.ANY, anyOf("PUT"), anyOf("/z"));
    Rule rule = new Rule(List.of(), List.of(putOfZ, getOnly), List.of());
    assertThat(nearest(enforce(policy(Action.ALLOW, "p", rule)), caller(null), post()).fields())
        .containsExactly("to[1].operation.methods");
  }

  @Test
  void anAllowPolicyWithoutRulesHasNoNearestOne() {
    Reason reason =
        decide(enforce(policy(Action.ALLOW, "none")), caller(null), Requests.get("/x")).reason();
    assertThat(reason.nearest()).isNull();
    assertThat(reason.detail()).contains("none has rules");
  }

  @Test
  void nothingOfTheRequestIsInIt() {
    Rule rule =
        rule(
            new HeaderCondition("authorization", anyOf("Basic abc")),
            new HeaderCondition("x-b", noneOf("hidden")));
    Requests request =
        Requests.get("/private").header("authorization", "Basic xyz").header("x-b", "hidden");
    Reason reason =
        decide(enforce(policy(Action.ALLOW, "p", rule)), caller(CLIENT), request).reason();
    assertThat(reason.toString())
        .doesNotContain("Basic")
        .doesNotContain("hidden")
        .doesNotContain("private")
        .contains("no value that the policy lists");
  }

  @Test
  void whatTrafficPaysForTheNearestRuleIsBoundedAndAnExplanationLooksAtAll() {
    Rule far = rule(new Operation(anyOf("h"), PortField.ANY, anyOf("PUT"), anyOf("/z")));
    AuthorizationPolicy[] many =
        IntStream.range(0, 500)
            .mapToObj(i -> policy(Action.ALLOW, "p" + i, i < 499 ? far : rule(paths(anyOf("/z")))))
            .toArray(AuthorizationPolicy[]::new);
    assertThat(nearest(enforce(many), caller(null), Requests.get("/x")).policy()).isEqualTo("a/p0");
    Enforcement explaining =
        Enforcement.explaining(workload(MtlsMode.PERMISSIVE, many), Crypto.jdk());
    assertThat(nearest(explaining, caller(null), Requests.get("/x")).policy()).isEqualTo("a/p499");
  }

  @Test
  void onTcpAnHttpFieldIsWhatIsMissing() {
    Rule rule =
        new Rule(List.of(principals(anyOf(CLIENT))), List.of(paths(noneOf("/x"))), List.of());
    Reason reason = decide(enforce(policy(Action.ALLOW, "p", rule)), caller(CLIENT), null).reason();
    assertThat(reason.nearest())
        .isEqualTo(
            new Nearest("a/p", 0, List.of(new Miss("to[0].operation.notPaths", "HTTP, not TCP"))));
    Reason denied = decide(enforce(policy(Action.DENY, "p", rule)), caller(CLIENT), null).reason();
    assertThat(denied.fields()).containsExactly("from[0].source.principals");
  }

  @Test
  void onTcpEveryHttpFieldOfARuleThatIsDroppedForItIsMissing() {
    Operation port =
        new Operation(
            TextField.ANY, new PortField(List.of(8000), List.of()), TextField.ANY, TextField.ANY);
    Rule rule =
        new Rule(
            List.of(principals(anyOf(CLIENT))),
            List.of(port, methods(anyOf("GET")), paths(anyOf("/x"))),
            List.of());
    Enforcement enforcement = enforce(policy(Action.ALLOW, "p", rule));
    Reason reason = decide(enforcement, caller(CLIENT), null).reason();
    assertThat(reason.code()).isEqualTo(Reason.NO_ALLOW_MATCHED);
    assertThat(reason.nearest())
        .isEqualTo(
            new Nearest(
                "a/p",
                0,
                List.of(
                    new Miss("to[1].operation.methods", "HTTP, not TCP"),
                    new Miss("to[2].operation.paths", "HTTP, not TCP"))));
    assertThat(reason.detail()).contains("to[1].operation.methods (HTTP, not TCP)");
    Reason other = decide(enforcement, caller(OTHER), null).reason();
    assertThat(java.util.Objects.requireNonNull(other.nearest()).fields())
        .containsExactly(
            "from[0].source.principals", "to[1].operation.methods", "to[2].operation.paths");
  }

  private static Requests post() {
    return Requests.get("/x").method("POST");
  }

  private static Nearest nearest(Enforcement enforcement, Connection connection, Requests request) {
    Reason reason = decide(enforcement, connection, request).reason();
    assertThat(reason.code()).isEqualTo(Reason.NO_ALLOW_MATCHED);
    return java.util.Objects.requireNonNull(reason.nearest());
  }
}
