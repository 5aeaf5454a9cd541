package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.Attribute;
import io.heraldmesh.resource.AuthorizationPolicy;
import io.heraldmesh.resource.AuthorizationPolicy.Action;
import io.heraldmesh.resource.AuthorizationPolicy.Condition;
import io.heraldmesh.resource.AuthorizationPolicy.Rule;
import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AuthorizationPolicy: what is written is what is asked, and nothing is asked by accident. */
class AuthorizationPolicyDecoderTest {
  private static final String KIND = "AuthorizationPolicy";

  @Test
  void everyFieldIsRead() {
    AuthorizationPolicy read =
        Lines.read(
            AuthorizationPolicy.class,
            KIND,
            """
            selector: {matchLabels: {app: shop}}
            action: DENY
            rules:
            - from:
              - source: {principals: [td/ns/a/sa/x], notNamespaces: ["b*r"]}
              - source: {serviceAccounts: [a/x, y], trustDomains: [td], ipBlocks: [10.0.0.0/8]}
              - source: {requestPrincipals: ["*"], remoteIpBlocks: ["::1"]}
              to:
              - operation: {hosts: [a.test], ports: ["80"], methods: [GET], paths: ["/a/{*}/{**}"]}
              when:
              - {key: "request.headers[X-A]", values: [v]}
              - {key: "request.auth.claims[realm][roles]", notValues: [admin]}
            """);
    assertThat(read.action().value()).isEqualTo(Action.DENY);
    assertThat(read.provider()).isNull();
    assertThat(read.dryRun()).isFalse();
    Rule rule = read.rules().getFirst();
    assertThat(texts(rule.from().get(0).principals())).containsExactly("td/ns/a/sa/x");
    assertThat(rule.from().get(0).namespaces().notIn()).hasSize(1);
    assertThat(texts(rule.from().get(1).serviceAccounts())).containsExactly("a/x", "y");
    assertThat(texts(rule.from().get(1).trustDomains())).containsExactly("td");
    assertThat(texts(rule.from().get(1).ipBlocks())).containsExactly("10.0.0.0/8");
    assertThat(texts(rule.from().get(2).requestPrincipals())).containsExactly("*");
    assertThat(texts(rule.from().get(2).remoteIpBlocks())).containsExactly("::1");
    assertThat(texts(rule.to().getFirst().hosts())).containsExactly("a.test");
    assertThat(texts(rule.to().getFirst().paths())).containsExactly("/a/{*}/{**}");
    assertThat(rule.to().getFirst().paths().in().getFirst().at().field())
        .isEqualTo("spec.rules[0].to[0].operation.paths[0]");
    assertThat(rule.when())
        .extracting(Condition::attribute)
        .containsExactly(Attribute.REQUEST_HEADER, Attribute.REQUEST_CLAIM);
    assertThat(rule.when())
        .extracting(Condition::arguments)
        .containsExactly(List.of("X-A"), List.of("realm", "roles"));
  }

  @Test
  void anEmptySpecAllowsNothingAndAnEmptyRuleMatchesEverything() {
    assertThat(Lines.read(AuthorizationPolicy.class, KIND, "{}").rules()).isEmpty();
    assertThat(Lines.read(AuthorizationPolicy.class, KIND, "rules: [{}]").rules()).hasSize(1);
  }

  @Test
  void dryRunIsAnAnnotation() {
    String policy =
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: n, annotations: {istio.io/dry-run: %s}}
        spec: {}
        """;
    assertThat(Lines.only(AuthorizationPolicy.class, policy.formatted("\"true\"")).dryRun())
        .isTrue();
    assertThat(Lines.only(AuthorizationPolicy.class, policy.formatted("\"false\"")).dryRun())
        .isFalse();
    assertThat(Lines.problems(policy.formatted("\"yes\"")))
        .containsExactly("3 error HLD0113 metadata.annotations[\"istio.io/dry-run\"]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "action: deny                                          | 5 error HLD0104 spec.action",
        "action: 1                                             | 5 error HLD0104 spec.action",
        "action: DENY                                          | 4 error HLD0501 spec.rules",
        "rules: {}                                             | 5 error HLD0103 spec.rules",
        "rules: [null]                                         | 5 error HLD0106 spec.rules[0]",
        "rules: [{from: []}]                                   | 5 error HLD0110"
            + " spec.rules[0].from",
        "rules: [{to: []}]                                     | 5 error HLD0110 spec.rules[0].to",
        "rules: [{from: [{}]}]                                 | 5 error HLD0102"
            + " spec.rules[0].from[0].source",
        "rules: [{from: [{source: {}}]}]                       | 5 error HLD0110"
            + " spec.rules[0].from[0].source",
        "rules: [{to: [{operation: {}}]}]                      | 5 error HLD0110"
            + " spec.rules[0].to[0].operation",
        "rules: [{from: [{source: {principal: [x]}}]}]         | 5 error HLD0101"
            + " spec.rules[0].from[0].source.principal",
        "rules: [{to: [{operation: {ports: ['65536']}}]}]      | 5 error HLD0105"
            + " spec.rules[0].to[0].operation.ports[0]",
        "rules: [{to: [{operation: {ports: [http]}}]}]         | 5 error HLD0113"
            + " spec.rules[0].to[0].operation.ports[0]",
        "rules: [{to: [{operation: {paths: ['']}}]}]           | 5 error HLD0110"
            + " spec.rules[0].to[0].operation.paths[0]",
        "rules: [{to: [{operation: {paths: /x}}]}]             | 5 error HLD0103"
            + " spec.rules[0].to[0].operation.paths",
        "rules: [{when: [{values: [x]}]}]                      | 5 error HLD0102"
            + " spec.rules[0].when[0].key",
        "rules: [{when: [{key: source.ip}]}]                   | 5 error HLD0102"
            + " spec.rules[0].when[0]",
        "rules: [{when: [{key: source.ip, values: [x]}]}]      | 5 error HLD0503"
            + " spec.rules[0].when[0].values[0]",
        "rules: [{when: [{key: destination.port, values: [x]}]}] | 5 error HLD0113"
            + " spec.rules[0].when[0].values[0]",
        "provider: {name: x}                                   | 5 error HLD0114 spec.provider",
        "rule: []                                              | 5 error HLD0101 spec.rule"
      })
  void whatIstioRefusesIsRefusedAtItsField(String spec, String problem) {
    assertThat(Lines.problems(KIND, spec)).contains(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.header[x]",
        "request.headers",
        "request.headers[]",
        "request.headers[x",
        "request.auth.claims",
        "source.ip[x]",
        "destination.labels[app]",
        "destination.namespace",
        "destination.name",
        "destination.user",
        "Source.ip"
      })
  void anUnknownConditionIsAnError(String key) {
    assertThat(Lines.problems(KIND, "rules: [{when: [{key: '" + key + "', values: [x]}]}]"))
        .containsExactly("5 error HLD0502 spec.rules[0].when[0].key");
  }

  @ParameterizedTest
  @ValueSource(strings = {":method", ":path", ":authority", ":scheme", "host", "X_a"})
  void aHeaderMayBeOneThatOnlyHttp2Writes(String name) {
    assertThat(
            Lines.problems(
                KIND, "rules: [{when: [{key: 'request.headers[" + name + "]', values: [x]}]}]"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {":", ":status", "::path", ":Path", "a b"})
  void whatIsNoHeaderOfARequestIsAnError(String name) {
    assertThat(
            Lines.problems(
                KIND, "rules: [{when: [{key: 'request.headers[" + name + "]', values: [x]}]}]"))
        .isNotEmpty();
  }

  @Test
  void envoysFilterMetadataIsNotEnforcedAndSaysSo() {
    assertThat(
            Lines.problems(
                KIND, "rules: [{when: [{key: 'experimental.envoy.filters.a[b]', values: [x]}]}]"))
        .containsExactly("5 error HLD0107 spec.rules[0].when[0].key");
  }

  @Test
  void aClaimWithBracketsOfItsOwnIsOneName() {
    AuthorizationPolicy read =
        Lines.read(
            AuthorizationPolicy.class,
            KIND,
            "rules: [{when: [{key: 'request.auth.claims[a[b]]', values: [x]}]}]");
    assertThat(read.rules().getFirst().when().getFirst().arguments()).containsExactly("a[b]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "010.0.0.1",
        "10.0.0",
        "10.0.0.256",
        "x",
        "::1/129",
        "10.0.0.0/08",
        "10.0.0.0/",
        "/8",
        "1.2.3.4:80",
        "fe80::1%eth0",
        ":::",
        "::ffff:1.2.3.4/95"
      })
  void anIpBlockIsAnAddressOrBlock(String block) {
    assertThat(Lines.problems(KIND, "rules: [{from: [{source: {ipBlocks: ['" + block + "']}}]}]"))
        .containsExactly("5 error HLD0503 spec.rules[0].from[0].source.ipBlocks[0]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/8",
        "0.0.0.0/0",
        "1.2.3.4",
        "::1",
        "2001:db8::/32",
        "::ffff:10.0.0.0/104"
      })
  void aProperBlockHasNoProblem(String block) {
    assertThat(Lines.problems(KIND, "rules: [{from: [{source: {ipBlocks: ['" + block + "']}}]}]"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/a/{*}.txt",
    "{*}",
    "a/{**}",
    "/a/{**}/{*}",
    "/{**}/{**}",
    "/a/{b}",
    "/a*/{*}",
    "/a//{*}",
    "/{*",
    "/a b/{*}"
  })
  void aTemplateHasWholeSegmentsAndOneLastOperator(String path) {
    assertThat(Lines.problems(KIND, "rules: [{to: [{operation: {paths: ['" + path + "']}}]}]"))
        .contains("5 error HLD0505 spec.rules[0].to[0].operation.paths[0]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a/{*}", "/{**}", "/a/{**}/", "/{*}/b/{**}/c", "/exact", "/p*", "*/s", "*"})
  void aProperPathHasNoProblem(String path) {
    assertThat(Lines.problems(KIND, "rules: [{to: [{operation: {paths: ['" + path + "']}}]}]"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "to: [{operation: {paths: ['/a?x=1']}}]                     | HLD0506"
            + " spec.rules[0].to[0].operation.paths[0]",
        "to: [{operation: {paths: ['a']}}]                          | HLD0506"
            + " spec.rules[0].to[0].operation.paths[0]",
        "to: [{operation: {paths: ['/a*b']}}]                       | HLD0507"
            + " spec.rules[0].to[0].operation.paths[0]",
        "to: [{operation: {hosts: ['*a*']}}]                        | HLD0507"
            + " spec.rules[0].to[0].operation.hosts[0]",
        "to: [{operation: {methods: [get]}}]                        | HLD0506"
            + " spec.rules[0].to[0].operation.methods[0]",
        "to: [{operation: {ports: [80]}}]                           | HLD0108"
            + " spec.rules[0].to[0].operation.ports[0]",
        "from: [{source: {principals: ['spiffe://td/ns/a/sa/b']}}]  | HLD0506"
            + " spec.rules[0].from[0].source.principals[0]",
        "from: [{source: {principals: ['td/payments']}}]            | HLD0506"
            + " spec.rules[0].from[0].source.principals[0]",
        "from: [{source: {ipBlocks: ['10.0.0.1/8']}}]               | HLD0504"
            + " spec.rules[0].from[0].source.ipBlocks[0]",
        "when: [{key: 'request.headers[n]', values: [0777]}]        | HLD0108"
            + " spec.rules[0].when[0].values[0]",
        "when: [{key: 'request.headers[n]', values: [1.10]}]        | HLD0108"
            + " spec.rules[0].when[0].values[0]",
        "when: [{key: 'request.headers[n]', values: [true]}]        | HLD0108"
            + " spec.rules[0].when[0].values[0]"
      })
  void whatSurprisesIsWarnedOf(String rule, String problem) {
    assertThat(Lines.problems(KIND, "rules: [{" + rule + "}]"))
        .containsExactly("5 warning " + problem);
  }

  @Test
  void aFloatStaysAsItWasWritten() {
    AuthorizationPolicy read =
        (AuthorizationPolicy)
            ResourceReader.read(
                    "f",
                    """
                    apiVersion: security.istio.io/v1
                    kind: AuthorizationPolicy
                    metadata: {name: n}
                    spec: {rules: [{when: [{key: 'request.headers[v]', values: [1.10]}]}]}\
                    """)
                .all()
                .getFirst();
    assertThat(texts(read.rules().getFirst().when().getFirst().values())).containsExactly("1.10");
  }

  @Test
  void wordsThatYaml11TookForBooleansAreText() {
    assertThat(
            Lines.problems(
                KIND,
                "rules: [{when: [{key: 'request.headers[cc]', values: [NO, yes, on, 12:30]}]}]"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b/c", "/x", "a/", "a/*", "*"})
  void aServiceAccountIsNamespaceAndNameOrName(String account) {
    assertThat(
            Lines.problems(
                KIND, "rules: [{from: [{source: {serviceAccounts: ['" + account + "']}}]}]"))
        .containsExactly("5 error HLD0508 spec.rules[0].from[0].source.serviceAccounts[0]");
  }

  @Test
  void serviceAccountsStandAlone() {
    for (String other : List.of("principals: [td/ns/a/sa/b]", "notNamespaces: [a]")) {
      assertThat(
              Lines.problems(
                  KIND, "rules: [{from: [{source: {serviceAccounts: [a/b], " + other + "}}]}]"))
          .containsExactly("5 error HLD0114 spec.rules[0].from[0].source.serviceAccounts");
    }
  }

  @Test
  void aTrustDomainHasNoSlash() {
    assertThat(Lines.problems(KIND, "rules: [{from: [{source: {trustDomains: [a/b]}}]}]"))
        .containsExactly("5 error HLD0510 spec.rules[0].from[0].source.trustDomains[0]");
  }

  @Test
  void customNeedsAProviderAndRulesAndAsksNoIdentity() {
    assertThat(Lines.problems(KIND, "action: CUSTOM\nrules: [{}]"))
        .containsExactly("4 error HLD0102 spec.provider");
    assertThat(Lines.problems(KIND, "action: CUSTOM\nprovider: {name: p}"))
        .containsExactly("4 error HLD0501 spec.rules");
    assertThat(
            Lines.problems(
                KIND,
                """
                action: CUSTOM
                provider: {name: p}
                rules: [{from: [{source: {notPrincipals: ['*']}}], when: [{key: source.namespace, values: [a]}]}]\
                """))
        .containsExactly(
            "7 error HLD0509 spec.rules[0].from[0].source.notPrincipals",
            "7 error HLD0509 spec.rules[0].when[0].key");
    AuthorizationPolicy custom =
        Lines.read(
            AuthorizationPolicy.class,
            KIND,
            "action: CUSTOM\nprovider: {name: p}\nrules: [{to: [{operation: {paths: [/x]}}]}]");
    assertThat(custom.provider()).extracting(Located::value).isEqualTo("p");
  }

  @Test
  void everyProblemOfARuleIsReportedAtOnce() {
    assertThat(
            Lines.problems(
                KIND,
                """
                action: NOPE
                rules:
                - from: [{source: {ipBlocks: [x], principal: [y]}}]
                  to: [{operation: {ports: ["0x1"]}}]
                """))
        .hasSize(4);
  }

  private static List<String> texts(Values values) {
    return values.in().stream().map(Located::value).toList();
  }
}
