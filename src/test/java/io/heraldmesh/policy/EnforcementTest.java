package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.connection;
import static io.heraldmesh.policy.Policies.decide;
import static io.heraldmesh.policy.Policies.dryRun;
import static io.heraldmesh.policy.Policies.enforce;
import static io.heraldmesh.policy.Policies.hosts;
import static io.heraldmesh.policy.Policies.methods;
import static io.heraldmesh.policy.Policies.noneOf;
import static io.heraldmesh.policy.Policies.paths;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.principals;
import static io.heraldmesh.policy.Policies.rule;
import static io.heraldmesh.policy.Policies.status;
import static io.heraldmesh.policy.Policies.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnforcementTest {
  private static final String CLIENT = "mesh.test/ns/a/sa/client";
  private static final Rule ADMIN = rule(paths(anyOf("/admin")));

  @Test
  void withoutPoliciesEverythingPassesAndTheDecisionSaysWho() {
    Decision decision = decide(enforce(), caller(CLIENT), Requests.get("/a/../b?q=1"));
    assertThat(decision)
        .isEqualTo(
            new Decision.Allowed(
                "/b",
                "/b?q=1",
                List.of(),
                java.util.Set.of(),
                CLIENT,
                null,
                List.of(),
                new Reason(Reason.ALLOWED, "no ALLOW policy restricts it")));
  }

  @Test
  void anAllowPolicyWithoutRulesDeniesAllAndADenyPolicyWithoutRulesNothing() {
    assertThat(status(enforce(policy(Action.ALLOW, "none")), caller(CLIENT), Requests.get("/x")))
        .isEqualTo(403);
    assertThat(status(enforce(policy(Action.DENY, "none")), caller(CLIENT), Requests.get("/x")))
        .isEqualTo(200);
  }

  @Test
  void denyWinsOverAllow() {
    Enforcement both =
        enforce(policy(Action.ALLOW, "all", rule()), policy(Action.DENY, "no", ADMIN));
    assertThat(status(both, caller(CLIENT), Requests.get("/x"))).isEqualTo(200);
    Decision denied = decide(both, caller(CLIENT), Requests.get("/admin"));
    assertThat(denied)
        .asInstanceOf(type(Decision.Denied.class))
        .satisfies(
            d -> {
              assertThat(d.status()).isEqualTo(403);
              assertThat(d.body()).isEqualTo("RBAC: access denied");
              assertThat(d.path()).isEqualTo("/admin");
              assertThat(d.principal()).isEqualTo(CLIENT);
              assertThat(d.reason().code()).isEqualTo(Reason.DENY_MATCHED);
              assertThat(d.reason().policy()).isEqualTo("a/no");
              assertThat(d.reason().rule()).isZero();
            });
  }

  @Test
  void anyAllowPolicyIsEnough() {
    Enforcement two =
        enforce(
            policy(Action.ALLOW, "one", rule(methods(anyOf("GET")))),
            policy(Action.ALLOW, "two", ADMIN, rule(paths(anyOf("/b")))));
    Decision allowed = decide(two, caller(null), Requests.get("/b").method("POST"));
    assertThat(allowed.reason().code()).isEqualTo(Reason.ALLOW_MATCHED);
    assertThat(allowed.reason().policy()).isEqualTo("a/two");
    assertThat(allowed.reason().rule()).isEqualTo(1);
    assertThat(status(two, caller(null), Requests.get("/c").method("POST"))).isEqualTo(403);
  }

  @Test
  void anImplicitDenialNamesTheNearestRuleAndWhereItMissed() {
    Enforcement viewer =
        enforce(
            policy(
                Action.ALLOW,
                "viewer",
                new Rule(
                    List.of(principals(anyOf(CLIENT))),
                    List.of(methods(anyOf("GET"))),
                    List.of())));
    Reason reason = decide(viewer, caller(CLIENT), Requests.get("/x").method("POST")).reason();
    assertThat(reason.code()).isEqualTo(Reason.NO_ALLOW_MATCHED);
    assertThat(reason.policy()).isNull();
    assertThat(reason.rule()).isEqualTo(-1);
    assertThat(reason.detail())
        .contains("nearest is rule 0 of a/viewer, which misses at to[0].operation.methods (GET)");
    assertThat(decide(viewer, caller(null), Requests.get("/x")).reason().detail())
        .contains("a/viewer, which misses at from[0].source.principals (" + CLIENT + ")");
  }

  @Test
  void aCustomPolicyWhoseProviderIsMissingDeniesWhatItMatches() {
    Enforcement custom =
        enforce(
            new AuthorizationPolicy("a", "ext", Action.CUSTOM, false, List.of(ADMIN), "opa"),
            policy(Action.ALLOW, "all", rule()));
    Decision denied = decide(custom, caller(CLIENT), Requests.get("/admin"));
    assertThat(denied.reason().code()).isEqualTo(Reason.CUSTOM_PROVIDER_MISSING);
    assertThat(denied.reason().detail()).contains("opa");
    assertThat(status(custom, caller(CLIENT), Requests.get("/x"))).isEqualTo(200);
  }

  @Test
  void auditAndDryRunReportAndNeverDecide() {
    Enforcement shadow =
        enforce(
            dryRun(Action.DENY, "deny", ADMIN),
            dryRun(Action.ALLOW, "allow", rule(paths(anyOf("/open")))),
            policy(Action.AUDIT, "audit", rule()),
            new AuthorizationPolicy("a", "ext", Action.CUSTOM, true, List.of(ADMIN), "opa"));
    Decision decision = decide(shadow, caller(CLIENT), Requests.get("/admin"));
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    assertThat(decision.reason().code()).isEqualTo(Reason.ALLOWED);
    assertThat(decision.dryRun())
        .containsExactly(
            new Decision.DryRun("a/deny", 0, "DENY", true),
            new Decision.DryRun("a/allow", -1, "ALLOW", false),
            new Decision.DryRun("a/audit", 0, "AUDIT", true),
            new Decision.DryRun("a/ext", 0, "CUSTOM", true));
  }

  @Test
  void strictRefusesTheConnectionOfACallerWithoutMeshIdentity() {
    Enforcement strict = new Enforcement(workload(MtlsMode.STRICT), Crypto.jdk());
    Decision refused = decide(strict, caller(null), Requests.get("/x"));
    assertThat(refused)
        .asInstanceOf(type(Decision.Denied.class))
        .satisfies(
            d -> {
              assertThat(d.status()).isZero();
              assertThat(d.body()).isEmpty();
              assertThat(d.reason().code()).isEqualTo(Reason.MTLS_REQUIRED);
              assertThat(d.reason().fields()).containsExactly("mtls.mode");
            });
    assertThat(strict.refusal(caller(null))).isEqualTo(refused);
    assertThat(strict.refusal(caller(CLIENT))).isNull();
    assertThat(status(strict, caller(CLIENT), Requests.get("/x"))).isEqualTo(200);
    assertThat(status(strict, caller(null), null)).isZero();
  }

  @Test
  void tlsThatIsNotTheMeshsIsNoMeshIdentity() {
    Enforcement strict = new Enforcement(workload(MtlsMode.STRICT), Crypto.jdk());
    Connection mutual = caller(CLIENT);
    Connection simple =
        new Connection(
            Connection.Tls.SIMPLE,
            mutual.peer(),
            mutual.sourceIp(),
            mutual.remoteIp(),
            mutual.destinationIp(),
            mutual.port(),
            null);
    assertThat(status(strict, simple, Requests.get("/x"))).isZero();
    Enforcement any = enforce(policy(Action.ALLOW, "mesh", rule(principals(anyOf("*")))));
    assertThat(status(any, simple, Requests.get("/x"))).isEqualTo(403);
  }

  @Test
  void theModeOfAPortOverridesTheWorkloads() {
    WorkloadPolicy plain = workload(MtlsMode.STRICT);
    WorkloadPolicy open =
        new WorkloadPolicy(
            plain.workload(),
            plain.serviceAccount(),
            plain.mtls(),
            Map.of(8000, MtlsMode.DISABLE),
            List.of(),
            List.of(),
            plain.normalization(),
            plain.trustDomains(),
            plain.authentication());
    assertThat(status(new Enforcement(open, Crypto.jdk()), caller(null), Requests.get("/x")))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "other.test/ns/a/sa/client, foreign_trust_domain",
    "mesh.test/x/ns/a/sa/client, not_a_workload",
    "mesh.test/ns/a/sa/client/x, not_a_workload",
    "mesh.test/herald/node/n1, not_a_workload",
    "mesh.test, not_a_workload",
  })
  void identitiesThatAreNoWorkloadOfTheMeshAreRefusedBeforeAnyPolicy(String peer, String code) {
    Enforcement open = enforce(policy(Action.ALLOW, "all", rule()));
    for (int again = 0; again < 2; again++) {
      Decision refused = decide(open, caller(peer), Requests.get("/x"));
      assertThat(refused.reason().code()).isEqualTo(code);
      assertThat(refused.principal()).isEqualTo(peer);
      assertThat(status(open, caller(peer), Requests.get("/x"))).isZero();
    }
    assertThat(status(open, caller("old.test/ns/a/sa/client"), Requests.get("/x"))).isEqualTo(200);
  }

  @Test
  void negativesMatchAnAbsentIdentity() {
    Enforcement denyPlain = enforce(policy(Action.DENY, "plain", rule(principals(noneOf("*")))));
    assertThat(status(denyPlain, caller(null), Requests.get("/x"))).isEqualTo(403);
    assertThat(status(denyPlain, caller(CLIENT), Requests.get("/x"))).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "Get", "", "GE T", "G\u00c9T", "GET\r\n"})
  void aMethodThatIsNoTokenInCapitalsIs400(String method) {
    Decision refused = decide(enforce(), caller(null), Requests.get("/x").method(method));
    assertThat(refused.reason().code()).isEqualTo(Reason.BAD_METHOD);
    assertThat(status(enforce(), caller(null), Requests.get("/x").method(method))).isEqualTo(400);
    assertThat(status(enforce(), caller(null), Requests.get("/x").method("M-SEARCH")))
        .isEqualTo(200);
  }

  @Test
  void aTargetThatIsNoPathIs400() {
    assertThat(status(enforce(), caller(null), Requests.get("http://x/"))).isEqualTo(400);
    assertThat(status(enforce(), caller(null), Requests.get("*"))).isEqualTo(400);
    assertThat(decide(enforce(), caller(null), Requests.get("/%00")).reason().code())
        .isEqualTo(Reason.BAD_PATH);
    assertThat(status(enforce(), caller(null), Requests.get("*").method("OPTIONS"))).isEqualTo(200);
  }

  @Test
  void aHostThatIsNoHostIs400AndWhiteSpaceAroundItIsTrimmed() {
    Enforcement noSecret = enforce(policy(Action.DENY, "no", rule(hosts(anyOf("secret.test")))));
    assertThat(status(noSecret, caller(null), Requests.get("/x").host("x@secret.test")))
        .isEqualTo(400);
    assertThat(status(noSecret, caller(null), Requests.get("/x").host(" secret.test ")))
        .isEqualTo(403);
    assertThat(status(noSecret, caller(null), Requests.get("/x").host("secret.test.")))
        .isEqualTo(403);
    assertThat(status(noSecret, caller(null), Requests.get("/x").host("secret.test..")))
        .isEqualTo(400);
    assertThat(status(noSecret, caller(null), Requests.get("/x").host("open.test"))).isEqualTo(200);
  }

  @Test
  void onTcpAnAllowRuleWithAnHttpFieldNeverMatches() {
    Enforcement allow = enforce(policy(Action.ALLOW, "get", rule(methods(anyOf("GET")))));
    Decision refused = decide(allow, caller(CLIENT), null);
    assertThat(status(allow, caller(CLIENT), null)).isZero();
    assertThat(refused.reason().code()).isEqualTo(Reason.NO_ALLOW_MATCHED);
    assertThat(refused.reason().detail()).contains("to[0].operation.methods (HTTP, not TCP)");
    Enforcement notMethods = enforce(policy(Action.ALLOW, "n", rule(methods(noneOf("GET")))));
    assertThat(status(notMethods, caller(CLIENT), null)).isZero();
  }

  @Test
  void onTcpADenyRuleDropsItsHttpFieldsAndKeepsTheRest() {
    Enforcement denyGet = enforce(policy(Action.DENY, "get", rule(methods(anyOf("GET")))));
    assertThat(status(denyGet, caller(CLIENT), null)).isZero();
    Rule getFromClient =
        new Rule(List.of(principals(anyOf(CLIENT))), List.of(methods(anyOf("GET"))), List.of());
    Enforcement denyClient = enforce(policy(Action.DENY, "client", getFromClient));
    assertThat(status(denyClient, caller(CLIENT), null)).isZero();
    assertThat(status(denyClient, caller("mesh.test/ns/a/sa/other"), null)).isEqualTo(200);
  }

  @Test
  void onTcpIdentityAddressPortAndServerNameDecide() {
    Rule rule =
        new Rule(
            List.of(principals(anyOf(CLIENT))),
            List.of(
                new Operation(
                    TextField.ANY,
                    new PortField(List.of(8000), List.of()),
                    TextField.ANY,
                    TextField.ANY)),
            List.of(
                new Condition.TextCondition(
                    Condition.TextAttribute.CONNECTION_SNI, anyOf("db.*"))));
    Enforcement allow = enforce(policy(Action.ALLOW, "tcp", rule));
    Decision allowed = decide(allow, connection(CLIENT, "10.0.0.1", "10.0.0.1", "db.test"), null);
    assertThat(allowed)
        .asInstanceOf(type(Decision.Allowed.class))
        .satisfies(d -> assertThat(d.target()).isNull());
    assertThat(status(allow, connection(CLIENT, "10.0.0.1", "10.0.0.1", "web.test"), null))
        .isZero();
    assertThat(status(allow, caller(null), null)).isZero();
  }
}
