package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.authorization;
import static io.heraldmesh.compile.Meshes.policy;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.requestAuthentication;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.policy.AuthenticationPolicies;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.Condition;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import io.heraldmesh.policy.TextMatch.Exact;
import io.heraldmesh.policy.TextMatch.Glob;
import io.heraldmesh.policy.TextMatch.Prefix;
import io.heraldmesh.policy.TextMatch.Present;
import io.heraldmesh.policy.TextMatch.Suffix;
import io.heraldmesh.policy.TextMatch.Template;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.policy.WorkloadPolicy;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadCompilerTest {
  private static final Map<String, String> A = Map.of("app", "a");
  private static final String KEYS =
      "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";
  private static final String CONFIG =
      """
      apiVersion: herald.io/v1alpha1
      kind: MeshConfig
      spec:
        trustDomain: new.test
        trustDomainAliases: [old.test]
        rootNamespace: root
        pathNormalization: {normalization: MERGE_SLASHES}
      """;

  @Test
  void noPolicyIsAPolicyToo() {
    assertThat(policy(Resources.NONE, "foo", A))
        .isEqualTo(
            new WorkloadPolicy(
                new Workload("foo", "w"),
                "w",
                MtlsMode.PERMISSIVE,
                Map.of(),
                List.of(),
                List.of(),
                PathNormalization.BASE,
                List.of(new TrustDomain("mesh.test")),
                AuthenticationPolicies.NONE));
  }

  @Test
  void theMeshConfigurationSaysDomainsRootAndNormalization() {
    WorkloadPolicy compiled = policy(read(CONFIG, authorization("root", "all", "{}")), "foo", A);
    assertThat(compiled.normalization()).isEqualTo(PathNormalization.MERGE_SLASHES);
    assertThat(compiled.trustDomains())
        .containsExactly(new TrustDomain("new.test"), new TrustDomain("old.test"));
    assertThat(compiled.authorization()).hasSize(1);
  }

  @Test
  void policiesOfTheRootAndTheOwnNamespaceAddUpAndSelectorsAndTargetsDecide() {
    Resources resources =
        read(
            authorization("foo", "z-own", "{}"),
            authorization("foo", "selected", "{selector: {matchLabels: {app: a}}}"),
            authorization("foo", "other", "{selector: {matchLabels: {app: b}}}"),
            authorization("bar", "elsewhere", "{}"),
            authorization("istio-system", "root", "{selector: {matchLabels: {app: a}}}"),
            authorization(
                "foo",
                "attached",
                "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]}"));
    assertThat(policy(resources, "foo", A).authorization())
        .extracting(AuthorizationPolicy::id)
        .containsExactly("istio-system/root", "foo/selected", "foo/z-own");
    assertThat(policy(resources, "foo", Map.of()).authorization())
        .extracting(AuthorizationPolicy::id)
        .containsExactly("foo/z-own");
  }

  @Test
  void tokenRulesAddUpSortedByIssuer() {
    Resources resources =
        read(
            requestAuthentication("foo", "a", "{jwtRules: [{issuer: https://z.test}]}"),
            requestAuthentication(
                "istio-system",
                "b",
                "{jwtRules: [{issuer: https://b.test, jwksUri: 'https://b.test/keys',"
                    + " audiences: [x], fromHeaders: [{name: x-t, prefix: 'T '}],"
                    + " fromParams: [t], forwardOriginalToken: true,"
                    + " outputPayloadToHeader: x-p,"
                    + " outputClaimToHeaders: [{header: x-r, claim: r}]},"
                    + " {issuer: https://a.test, jwks: '"
                    + KEYS
                    + "'}]}"));
    List<JwtRule> rules = policy(resources, "foo", A).jwtRules();
    assertThat(rules)
        .extracting(JwtRule::issuer)
        .containsExactly("https://a.test", "https://b.test", "https://z.test");
    assertThat(rules)
        .extracting(JwtRule::keys)
        .containsExactly(
            new KeySource.Inline(KEYS),
            new KeySource.Remote("https://b.test/keys"),
            new KeySource.Discovered("https://z.test"));
    JwtRule b = rules.get(1);
    assertThat(b.audiences()).containsExactly("x");
    assertThat(b.fromHeaders()).containsExactly(new JwtRule.HeaderLocation("x-t", "T "));
    assertThat(b.fromParams()).containsExactly("t");
    assertThat(b.forwardOriginalToken()).isTrue();
    assertThat(b.outputPayloadToHeader()).isEqualTo("x-p");
    assertThat(b.outputClaimToHeaders()).containsExactly(new JwtRule.ClaimHeader("x-r", "r"));
  }

  @Test
  void patternsAreReadAsTheirFieldsRead() {
    Rule rule =
        onlyRule(
            """
            from: [{source: {namespaces: [a, 'b*c'],
              requestPrincipals: ['*'], notRemoteIpBlocks: [10.0.0.0/8]}},
              {source: {serviceAccounts: [x, ns/y]}}]
                to: [{operation: {hosts: ['*.test'], ports: ['80'], methods: [GET],
                  paths: ['/a*', '/b/{*}'], notPaths: ['/c']}}]
                when: [{key: 'request.headers[X-A]', values: [v]},
                  {key: 'request.auth.claims[a][b]', notValues: [w]},
                  {key: destination.port, values: ['81']},
                  {key: source.serviceAccount, values: [x]}]\
            """);
    var source = rule.from().getFirst();
    assertThat(source.namespaces().values()).containsExactly(new Exact("a"), new Glob("b*c"));
    assertThat(rule.from().get(1).serviceAccounts().values())
        .containsExactly(new Exact("foo/x"), new Exact("ns/y"));
    assertThat(source.requestPrincipals().values()).containsExactly(new Present());
    assertThat(source.remoteIpBlocks().notValues()).containsExactly("10.0.0.0/8");
    var operation = rule.to().getFirst();
    assertThat(operation.hosts().values()).containsExactly(new Suffix(".test"));
    assertThat(operation.ports().values()).containsExactly(80);
    assertThat(operation.paths().values())
        .containsExactly(new Prefix("/a"), new Template("/b/{*}"));
    assertThat(operation.paths().notValues()).containsExactly(new Exact("/c"));
    assertThat(rule.when())
        .containsExactly(
            new Condition.HeaderCondition("X-A", in(new Exact("v"))),
            new Condition.ClaimCondition(
                List.of("a", "b"), new TextField(List.of(), List.of(new Exact("w")))),
            new Condition.PortCondition(new PortField(List.of(81), List.of())),
            new Condition.TextCondition(
                Condition.TextAttribute.SOURCE_SERVICE_ACCOUNT, in(new Exact("foo/x"))));
  }

  @Test
  void principalsOfTheMeshStandForAllItsTrustDomains() {
    Rule rule =
        onlyRule(
            """
            from: [{source: {principals: [new.test/ns/a/sa/x, old.test/ns/a/sa/y,
                cluster.local/ns/a/sa/z, other.test/ns/a/sa/x, '*/ns/a/sa/x', '*', new.test/a,
                '*d.test/ns/a/sa/v'],
              trustDomains: [old.test, other.test]}}]\
            """,
            CONFIG);
    assertThat(rule.from().getFirst().principals().values())
        .containsExactly(
            new Exact("new.test/ns/a/sa/x"),
            new Exact("old.test/ns/a/sa/x"),
            new Exact("new.test/ns/a/sa/y"),
            new Exact("old.test/ns/a/sa/y"),
            new Exact("new.test/ns/a/sa/z"),
            new Exact("old.test/ns/a/sa/z"),
            new Exact("other.test/ns/a/sa/x"),
            new Suffix("/ns/a/sa/x"),
            new Present(),
            new Exact("new.test/a"),
            new Exact("new.test/ns/a/sa/v"),
            new Suffix("d.test/ns/a/sa/v"));
    assertThat(rule.from().getFirst().trustDomains().values())
        .containsExactly(new Exact("new.test"), new Exact("old.test"), new Exact("other.test"));
  }

  @Test
  void anEmptyRuleAndNoRulesStayApart() {
    assertThat(
            policy(read(authorization("foo", "p", "{rules: [{}]}")), "foo", A)
                .authorization()
                .getFirst()
                .rules())
        .containsExactly(new Rule(List.of(), List.of(), List.of()));
    assertThat(
            policy(read(authorization("foo", "p", "{}")), "foo", A)
                .authorization()
                .getFirst()
                .rules())
        .isEmpty();
  }

  @Test
  void resourcesWithErrorsAreNotCompiled() {
    Resources broken = ResourceReader.read("x.yaml", authorization("foo", "p", "{rulez: []}"));
    assertThatThrownBy(() -> Meshes.COMPILER.compile(broken, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static TextField in(TextMatch match) {
    return new TextField(List.of(match), List.of());
  }

  private static Rule onlyRule(String rule, String... more) {
    String yaml =
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
            + "metadata: {name: p, namespace: foo}\nspec:\n  rules:\n  - "
            + rule.replace("\n", "\n    ").replace("        ", "    ");
    Resources resources = more.length == 0 ? read(yaml) : read(yaml, more[0]);
    return policy(resources, "foo", A).authorization().getFirst().rules().getFirst();
  }
}
