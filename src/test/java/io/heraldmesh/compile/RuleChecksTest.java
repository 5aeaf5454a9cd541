package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.authorization;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of one policy that make no difference. */
class RuleChecksTest {
  private static final String SLEEP = "{source: {principals: [cluster.local/ns/a/sa/sleep]}}";

  @Test
  void aRuleThatAnEarlierOneCoversIsWarnedOf() {
    Warned.once(
        "HLD0806",
        "spec.rules[1]",
        deny(
            "{to: [{operation: {paths: [/admin*]}}]}",
            "{to: [{operation: {paths: [/admin/users], methods: [GET]}}]}"),
        "rule 1",
        "rule 0");
  }

  @Test
  void aRuleThatALaterOneCoversIsWarnedOfToo() {
    Warned.once(
        "HLD0806",
        "spec.rules[0]",
        deny("{to: [{operation: {methods: [GET]}}]}", "{}"),
        "rule 1 matches every request");
  }

  @Test
  void ofTwoEqualRulesTheSecondIsWarnedOf() {
    String rule = "{from: [" + SLEEP + "], to: [{operation: {methods: [GET, HEAD]}}]}";
    Warned.once("HLD0806", "spec.rules[1]", deny(rule, rule));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{to: [{operation: {paths: [/a/b]}}]} | {to: [{operation: {paths: [/a*]}, }]} | 0",
        "{to: [{operation: {paths: ['*']}}]} | {to: [{operation: {paths: ['/{*}/x']}}]} | 1",
        "{to: [{operation: {notPaths: [/a]}}]} | {to: [{operation: {notPaths: [/a, /b]}}]} | 1",
        "{to: [{operation: {hosts: ['*.example']}}]} | {to: [{operation: {hosts: [a.example]}}]} | 1",
        "{from: [{source: {namespaces: ['*']}}]} | {from: [{source: {namespaces: [a, b*]}}]} | 1",
        "{when: [{key: source.namespace, values: [a]}]} | {when: [{key: source.namespace, values:"
            + " [a]}, {key: destination.port, values: ['80']}]} | 1",
      })
  void aWiderPatternCoversANarrowerOne(String rules) {
    String[] parts = rules.split(" \\| ", -1);
    Warned.once("HLD0806", "spec.rules[" + parts[2] + "]", deny(parts[0], parts[1]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{to: [{operation: {paths: [/a*]}}]} | {to: [{operation: {paths: [/b]}}]}",
        "{to: [{operation: {paths: [/a]}}]} | {to: [{operation: {methods: [GET]}}]}",
        "{to: [{operation: {paths: [/a, /b]}}]} | {to: [{operation: {paths: [/b, /c]}}]}",
        "{to: [{operation: {paths: ['/{*}']}}]} | {to: [{operation: {paths: ['/a*']}}]}",
        "{to: [{operation: {notPaths: [/a]}}]} | {to: [{operation: {notPaths: [/b]}}]}",
        "{to: [{operation: {hosts: ['*.example']}}]} | {to: [{operation: {hosts: ['*']}}]} | no",
        "{from: [{source: {namespaces: [a]}}]} | {to: [{operation: {methods: [GET]}}]}",
        "{when: [{key: 'request.headers[a]', values: [x]}]} |"
            + " {when: [{key: 'request.headers[b]', values: [x]}]}",
        "{to: [{operation: {ports: ['80'], paths: [/a]}}]} | {to: [{operation: {ports: ['80']}}]} | no",
      })
  void rulesThatAddSomethingAreNot(String rules) {
    String[] parts = rules.split(" \\| ", -1);
    if (parts.length == 2) {
      assertThat(deny(parts[0], parts[1])).isEmpty();
    } else {
      assertThat(deny(parts[0], parts[1]))
          .as("the second covers the first")
          .singleElement()
          .satisfies(p -> assertThat(p.at().field()).isEqualTo("spec.rules[0]"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{to: [{operation: {paths: [/a], notPaths: [/a]}}]} | to[0].operation.paths[0]",
        "{to: [{operation: {paths: [/a/b, /a/c], notPaths: ['/a/*']}}]} | to[0].operation.paths[0]",
        "{to: [{operation: {methods: [GET], notMethods: ['*']}}]} | to[0].operation.methods[0]",
        "{to: [{operation: {ports: ['80'], notPorts: ['80']}}]} | to[0].operation.ports[0]",
        "{from: [{source: {namespaces: [a], notNamespaces: [a]}}]} | from[0].source.namespaces[0]",
        "{from: [{source: {namespaces: [b], principals: [cluster.local/ns/a/sa/x]}}]} |"
            + " from[0].source.principals[0]",
        "{when: [{key: source.namespace, values: [a], notValues: [a]}]} | when[0]",
        "{when: [{key: source.namespace, values: [a]}, {key: source.namespace, values: [b]}]} |"
            + " when[1]",
        "{to: [{operation: {ports: ['80']}}], when: [{key: destination.port, values: ['81']}]} |"
            + " when[0]",
      })
  void fieldsThatExcludeEachOtherAreWarnedOf(String rule) {
    String[] parts = rule.split(" \\| ", -1);
    Warned.once("HLD0807", "spec.rules[0]." + parts[1], deny(parts[0]), "can never match");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{to: [{operation: {paths: [/a*], notPaths: [/a/b]}}]}",
        "{to: [{operation: {paths: [/a], notPaths: [/a]}}, {operation: {paths: [/b]}}]}",
        "{from: [{source: {namespaces: ['*b*'], principals: [cluster.local/ns/abc/sa/x]}}]}",
        "{from: [{source: {namespaces: [b], principals: ['*']}}]}",
        "{when: [{key: 'request.headers[a]', values: [x], notValues: [x]}]}",
        "{when: [{key: source.namespace, values: [a*]}, {key: source.namespace, values: ['*b']}]}",
        "{to: [{operation: {ports: ['80', '81']}}], when: [{key: destination.port, values: ['81']}]}",
      })
  void fieldsThatLeaveSomethingAreNot(String rule) {
    assertThat(deny(rule)).isEmpty();
  }

  @Test
  void anAllowWhoseRulesAllContradictThemselvesAllowsNobody() {
    List<Problem> found =
        Warned.of(
            authorization(
                "a", "p", "{rules: [{to: [{operation: {paths: [/a], notPaths: [/a]}}]}]}"));
    assertThat(found).extracting(p -> p.code().id()).containsExactly("HLD0808", "HLD0807");
    assertThat(found.getFirst().text()).contains("a/p", "denies everything");
  }

  @Test
  void aPolicyThatDeniesAllOnPurposeIsNotWarnedOf() {
    assertThat(Warned.of(authorization("a", "p", "{}"))).isEmpty();
  }

  @Test
  void aPolicyWithAsManyRulesAsAllowedIsCheckedQuickly() {
    String[] rules =
        IntStream.range(0, 512)
            .mapToObj(i -> "{to: [{operation: {paths: [/p" + i + "]}}]}")
            .toArray(String[]::new);
    assertThat(deny(rules)).isEmpty();
  }

  private static List<Problem> deny(String... rules) {
    return Warned.of(
        authorization("a", "p", "{action: DENY, rules: [" + String.join(", ", rules) + "]}"));
  }
}
