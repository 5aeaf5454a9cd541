package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.authorization;
import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Policies that another policy makes meaningless. */
class ShadowChecksTest {
  /** Processor time, so that a busy machine does not count. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final String GET = "[{to: [{operation: {methods: [GET]}}]}]";

  @Test
  void anAllowAllMakesOtherAllowPoliciesMeaningless() {
    Warned.once(
        "HLD0802",
        "metadata.name",
        Warned.of(
            authorization("a", "all", "{rules: [{}]}"),
            authorization("a", "some", "{rules: " + GET + "}")),
        "a/some has no effect",
        "a/all allows");
  }

  @Test
  void aDenyAllMakesAllowPoliciesDead() {
    Warned.once(
        "HLD0802",
        "metadata.name",
        Warned.of(
            authorization("a", "some", "{rules: " + GET + "}"),
            authorization("istio-system", "none", "{action: DENY, rules: [{}]}")),
        "a/some has no effect",
        "istio-system/none denies");
  }

  @Test
  void ofTwoEqualPoliciesTheSecondHasNoEffect() {
    List<Problem> found =
        Warned.of(
            authorization("a", "one", "{rules: " + GET + "}"),
            authorization("a", "two", "{rules: " + GET + "}"));
    Warned.once("HLD0802", "metadata.name", found, "a/two has no effect");
  }

  @Test
  void aPolicyForFewerWorkloadsIsWithinOneForMore() {
    Warned.once(
        "HLD0802",
        "metadata.name",
        Warned.of(
            authorization("a", "wide", "{rules: " + GET + "}"),
            authorization(
                "a", "narrow", "{selector: {matchLabels: {app: x}}, rules: " + GET + "}")),
        "a/narrow has no effect");
  }

  @Test
  void policiesThatAddSomethingAreNotWarnedOf() {
    String selected = "{selector: {matchLabels: {app: x}}, rules: [{}]}";
    assertThat(
            Warned.of(
                authorization("a", "selected", selected),
                authorization("a", "wide", "{rules: " + GET + "}"),
                authorization("b", "other", "{rules: [{}]}"),
                authorization("a", "nothing", "{}"),
                authorization(
                    "a",
                    "deny",
                    "{action: DENY, rules: [{to: [{operation: {paths:" + " [/a]}}]}]}"),
                authorization("a", "audit", "{action: AUDIT, rules: [{}]}")))
        .isEmpty();
  }

  @Test
  void aPolicyInDryRunShadowsNothing() {
    String dry =
        authorization("a", "all", "{action: DENY, rules: [{}]}")
            .replace("namespace: a}", "namespace: a, annotations: {istio.io/dry-run: 'true'}}");
    assertThat(Warned.of(dry, authorization("a", "some", "{rules: " + GET + "}"))).isEmpty();
  }

  @Test
  void anHttpRuleDoesNotCoverATcpRule() {
    String wide = "[{to: [{operation: {ports: ['80']}}, {operation: {paths: [/a]}}]}]";
    String narrow = "[{to: [{operation: {ports: ['80']}}]}]";
    assertThat(
            Warned.of(
                authorization("a", "wide", "{rules: " + wide + "}"),
                authorization("a", "narrow", "{rules: " + narrow + "}")))
        .isEmpty();
  }

  @Test
  void anAccountWithoutNamespaceIsAnotherOneElsewhere() {
    String rules = "{rules: [{from: [{source: {serviceAccounts: [web]}}]}]}";
    assertThat(
            Warned.of(
                authorization("istio-system", "root", rules), authorization("a", "own", rules)))
        .isEmpty();
  }

  @Test
  void theOlderPeerAuthenticationOfAScopeHolds() {
    Warned.once(
        "HLD0802",
        "metadata.name",
        Warned.of(
            peerAuthentication("a", "one", "{mtls: {mode: STRICT}}"),
            peerAuthentication("a", "two", "{mtls: {mode: DISABLE}}")),
        "a/two has no effect",
        "a/one is older");
  }

  @Test
  void ofPeerAuthenticationsWithSelectorsTheOlderHoldsAndNotTheOneThatSaysMore() {
    Warned.once(
        "HLD0802",
        "metadata.name",
        Warned.of(
            peerAuthentication("a", "one", "{selector: {matchLabels: {app: x}}}"),
            peerAuthentication("a", "two", "{selector: {matchLabels: {app: x, v: '1'}}}")),
        "a/two has no effect");
    assertThat(
            Warned.of(
                peerAuthentication("a", "one", "{selector: {matchLabels: {app: x}}}"),
                peerAuthentication("a", "two", "{selector: {matchLabels: {app: y}}}"),
                peerAuthentication("a", "all", "{mtls: {mode: STRICT}}"),
                peerAuthentication("b", "one", "{mtls: {mode: STRICT}}")))
        .isEmpty();
  }

  @Test
  void aSelectorInTheRootNamespaceIsWarnedOf() {
    Warned.once(
        "HLD0802",
        "spec.selector",
        Warned.of(peerAuthentication("istio-system", "one", "{selector: {matchLabels: {app: x}}}")),
        "root namespace");
  }

  @Test
  void thousandsOfPoliciesAreCheckedInSeconds() {
    String[] many =
        IntStream.range(0, 5000)
            .mapToObj(
                i ->
                    authorization(
                        "a", "p" + i, "{rules: [{to: [{operation: {paths: [/p" + i + "]}}]}]}"))
            .toArray(String[]::new);
    var resources = Meshes.read(many);
    long since = THREADS.getCurrentThreadCpuTime();
    assertThat(CrossChecks.check(resources).all()).isEmpty();
    assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - since))
        .isLessThan(Duration.ofSeconds(5));
  }
}
