package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that are legal and can never match, or that look like others. */
class SurprisingTextTest {
  private static final String KIND = "AuthorizationPolicy";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "to[0].operation.hosts[0] | {to: [{operation: {hosts: ['http://a.example']}}]}",
        "to[0].operation.hosts[0] | {to: [{operation: {hosts: ['a.example ']}}]}",
        "to[0].operation.hosts[0] | {to: [{operation: {hosts: [\u0430.example]}}]}",
        "to[0].operation.methods[0] | {to: [{operation: {methods: ['GET ']}}]}",
        "to[0].operation.methods[0] | {to: [{operation: {methods: [SayHello]}}]}",
        "to[0].operation.paths[0] | {to: [{operation: {paths: [/caf\u00e9]}}]}",
        "to[0].operation.paths[0] | {to: [{operation: {paths: ['/a b']}}]}",
        "to[0].operation.notPaths[0] | {to: [{operation: {notPaths: ['/a ']}}]}",
        "from[0].source.namespaces[0] | {from: [{source: {namespaces: [Shop]}}]}",
        "from[0].source.namespaces[0] | {from: [{source: {namespaces: ['shop ']}}]}",
        "from[0].source.principals[0] | {from: [{source: {principals: ['*/sa/w\u0435b']}}]}",
        "from[0].source.principals[0] | {from: [{source: {principals: ['*/sa/web ']}}]}",
        "from[0].source.trustDomains[0] | {from: [{source: {trustDomains: ['a b']}}]}",
        "from[0].source.requestPrincipals[0] | {from: [{source: {requestPrincipals: [joe]}}]}",
        "when[0].values[0] | {when: [{key: 'request.headers[a]', values: ['x ']}]}",
        "when[0].values[0] | {when: [{key: source.namespace, values: ['a/b']}]}",
        "when[0].values[0] | {when: [{key: request.auth.principal, values: [joe]}]}",
      })
  void whatCanNeverMatchIsWarnedOf(String row) {
    String[] parts = row.split(" \\| ", -1);
    assertThat(Lines.problems(KIND, "rules: [" + parts[1] + "]"))
        .containsExactly("5 warning HLD0506 spec.rules[0]." + parts[0]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{to: [{operation: {hosts: [A.example, 'a.example:8080', '[::1]:80', '*.example']}}]}",
        "{to: [{operation: {methods: [GET, PROPFIND, P*], paths: [/a, '*.js', '/%20', '/{*}']}}]}",
        "{from: [{source: {namespaces: ['*-a-*'], requestPrincipals: ['*', 'https://a/b', x*]}}]}",
        "{when: [{key: 'request.auth.claims[g]', values: [' a b ', \u00e9]}]}",
        "{when: [{key: 'request.headers[:method]', values: [GET]}]}",
      })
  void whatMayMatchIsNot(String rule) {
    assertThat(Lines.problems(KIND, "rules: [" + rule + "]")).isEmpty();
  }

  @Test
  void aMethodThatNobodyRegisteredIsWarnedOf() {
    assertThat(Lines.problems(KIND, "rules: [{to: [{operation: {methods: [GETT]}}]}]"))
        .containsExactly("5 warning HLD0511 spec.rules[0].to[0].operation.methods[0]");
  }

  @Test
  void aSelectorAsksForWhatALabelCanBe() {
    assertThat(Lines.problems(KIND, "selector: {matchLabels: {app: 'web '}}"))
        .containsExactly("5 warning HLD0506 spec.selector.matchLabels.app");
    assertThat(Lines.problems(KIND, "selector: {matchLabels: {app: w\u0435b}}"))
        .containsExactly("5 warning HLD0506 spec.selector.matchLabels.app");
    assertThat(
            Lines.problems(
                KIND, "selector: {matchLabels: {app.kubernetes.io/name: web_1.x, empty: ''}}"))
        .isEmpty();
  }
}
