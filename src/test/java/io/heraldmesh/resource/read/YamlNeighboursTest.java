package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Near misses beside the shared cases: each is told at its line and field. */
class YamlNeighboursTest {
  private static final String HEAD =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: p
        namespace: a
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{action: 'ALLOW '}                                          | error HLD0104 spec.action",
        "{action: true, rules: [{}]}                                 | error HLD0104 spec.action",
        "{action: [ALLOW]}                                           | error HLD0103 spec.action",
        "{action: ~, rules: [{}]}                                    | error HLD0106 spec.action",
        "{action: ${ACTION}} | error HLD0006 spec",
        "{selector: }                                                | error HLD0106 spec.selector",
        "{selector: {app: web}}                                      | error HLD0101 spec.selector.app",
        "{selector: {matchLabels: }}                                 | error HLD0106 spec.selector.matchLabels",
        "{selector: {matchLabels: [app]}}                            | error HLD0103 spec.selector.matchLabels",
        "{selector: {matchExpressions: []}}                          | error HLD0205 spec.selector.matchExpressions",
        "{selector: {matchLabels: {app: 'a*'}}}                      | error HLD0205 spec.selector.matchLabels.app",
        "{selector: {matchLabels: {v: 1}}}                           | warning HLD0108 spec.selector.matchLabels.v",
        "{rules: {from: []}}                                         | error HLD0103 spec.rules",
        "{rules: [{from: {source: {}}}]}                             | error HLD0103 spec.rules[0].from",
        "{rules: [{from: []}]}                                       | error HLD0110 spec.rules[0].from",
        "{rules: [{to: [{}]}]}                                       | error HLD0102 spec.rules[0].to[0].operation",
        "{rules: [{to: [{operation: }]}]}                            | error HLD0106 spec.rules[0].to[0].operation",
        "{rules: [{from: [{source: {}}]}]}                           | error HLD0110 spec.rules[0].from[0].source",
        "{rules: [{to: [{operation: {ports: ['080']}}]}]}            | error HLD0113 spec.rules[0].to[0].operation.ports[0]",
        "{rules: [{to: [{operation: {ports: ['80-90']}}]}]}          | error HLD0113 spec.rules[0].to[0].operation.ports[0]",
        "{rules: [{from: [{source: {ipBlocks: ['fe80::1%eth0']}}]}]} | error HLD0503 spec.rules[0].from[0].source.ipBlocks[0]",
        "{rules: [{from: [{source: {ipBlocks: ['10.1']}}]}]}         | error HLD0503 spec.rules[0].from[0].source.ipBlocks[0]",
        "{rules: [{when: [{key: 'source.ip ', values: [1.2.3.4]}]}]} | error HLD0502 spec.rules[0].when[0].key",
        "{rules: [{when: [{key: Source.IP, values: [1.2.3.4]}]}]}    | error HLD0502 spec.rules[0].when[0].key",
        "{rules: [{when: [{key: source.namespace, values: [.inf]}]}]} | warning HLD0108 spec.rules[0].when[0].values[0]",
        "[]                                                          | error HLD0103 spec",
        "yes                                                         | error HLD0103 spec",
        "&x {}                                                       | error HLD0009 spec",
      })
  void aNearMissIsTold(String spec, String problem) {
    assertThat(Lines.problems(HEAD + "spec: " + spec + "\n")).contains("6 " + problem);
  }

  @Test
  void theSamePortWrittenInTwoWaysIsNoWayRound() {
    assertThat(
            Lines.problems(
                "PeerAuthentication",
                "selector: {matchLabels: {a: b}}\n"
                    + "portLevelMtls: {80: {mode: STRICT}, 080: {mode: DISABLE}}"))
        .containsExactly("6 error HLD0113 spec.portLevelMtls.080");
  }

  @Test
  void halfASurrogatePairIsNoText() {
    assertThat(Lines.problems(HEAD + "spec: {action: \"\\ud800\"}\n"))
        .contains("6 error HLD0004 spec.action");
  }

  @Test
  void aBidirectionalControlIsToldHoweverItIsWritten() {
    String spec = "spec: {rules: [{when: [{key: 'request.headers[a]', values: [\"x%sy\"]}]}]}\n";
    assertThat(Lines.problems(HEAD + spec.formatted("\\u202e")))
        .containsExactly("6 warning HLD0005 spec.rules[0].when[0].values[0]");
    assertThat(Lines.problems(HEAD + spec.formatted("\u202e")))
        .containsExactly("6 warning HLD0005 ");
  }

  @Test
  void aListThatHoldsNothingOrIsNamedAfterItsItemsIsTold() {
    assertThat(Lines.problems("apiVersion: v1\nkind: List\n"))
        .containsExactly("1 warning HLD0015 items");
    assertThat(Lines.problems("apiVersion: v1\nkind: List\nitems: []\n"))
        .containsExactly("3 warning HLD0015 items");
    assertThat(Lines.problems("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicyList\n"))
        .containsExactly("2 error HLD0202 kind");
  }
}
