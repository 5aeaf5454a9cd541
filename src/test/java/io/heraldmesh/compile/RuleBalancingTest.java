package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.destinationRule;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.service;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Balancing.Method;
import io.heraldmesh.policy.ConnectionLimits;
import io.heraldmesh.policy.ConnectionLimits.Sharing;
import io.heraldmesh.policy.OutlierDetection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How callers spread their requests: by the rule's port, by the rule, by Istio's defaults. */
class RuleBalancingTest {

  @Test
  void withoutARuleItIsIstiosDefault() {
    assertThat(compiled()).isEqualTo(Balancing.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{tls: {mode: DISABLE}}                                  | LEAST_REQUEST",
        "{loadBalancer: {simple: UNSPECIFIED}}                   | LEAST_REQUEST",
        "{loadBalancer: {simple: ROUND_ROBIN}}                   | ROUND_ROBIN",
        "{loadBalancer: {simple: RANDOM}}                        | RANDOM",
        "{loadBalancer: {simple: RANDOM}, portLevelSettings:"
            + " [{port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}}]} | ROUND_ROBIN",
        "{loadBalancer: {simple: RANDOM}, portLevelSettings:"
            + " [{port: {number: 80}, tls: {mode: DISABLE}}]}    | LEAST_REQUEST",
        "{loadBalancer: {simple: RANDOM}, portLevelSettings:"
            + " [{port: {number: 81}, tls: {mode: DISABLE}}]}    | RANDOM",
      })
  void theNarrowestPolicyHoldsAsAWhole(String policy, Method expected) {
    assertThat(compiled(rule(policy)).method()).isEqualTo(expected);
  }

  @Test
  void limitsAndOutliersAreThoseOfTheRule() {
    Balancing balancing =
        compiled(
            rule(
                "{connectionPool: {tcp: {maxConnections: 5, connectTimeout: 2s,"
                    + " maxConnectionDuration: 1h, idleTimeout: 0s,"
                    + " tcpKeepalive: {probes: 3, time: 1m, interval: 1500ms}},"
                    + " http: {http1MaxPendingRequests: 6, http2MaxRequests: 9, maxRetries: 4,"
                    + " maxRequestsPerConnection: 3, maxConcurrentStreams: 8, idleTimeout: 5s}},"
                    + " outlierDetection: {consecutiveGatewayErrors: 3, interval: 2s}}"));
    assertThat(balancing)
        .isEqualTo(
            new Balancing(
                Method.LEAST_REQUEST,
                new OutlierDetection(5, 3, Duration.ofSeconds(2), Duration.ofSeconds(30), 10, 0),
                9,
                4,
                new ConnectionLimits(
                    Duration.ofSeconds(2),
                    3,
                    5,
                    6,
                    8,
                    new ConnectionLimits.Lifetimes(
                        Duration.ofHours(1), Duration.ofSeconds(5), Duration.ZERO),
                    new ConnectionLimits.Keepalive(3, 60, 1),
                    ConnectionLimits.Sharing.DEFAULT)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{maxRetries: 1}                              | DEFAULT",
        "{h2UpgradePolicy: DEFAULT}                   | DEFAULT",
        "{h2UpgradePolicy: DO_NOT_UPGRADE}            | NEVER",
        "{h2UpgradePolicy: UPGRADE}                   | ALWAYS",
        "{useClientProtocol: true}                    | CLIENTS",
        "{useClientProtocol: true, h2UpgradePolicy: DO_NOT_UPGRADE} | CLIENTS",
      })
  void whetherRequestsShareConnectionsIsWhatTheRuleSays(String http, Sharing expected) {
    assertThat(compiled(rule("{connectionPool: {http: " + http + "}}")).connections().sharing())
        .isEqualTo(expected);
  }

  /** In Istio's types that is the same as not written. */
  @Test
  void aLimitOfZeroIsNone() {
    assertThat(
            compiled(
                rule(
                    "{connectionPool: {tcp: {maxConnections: 0}, http:"
                        + " {http1MaxPendingRequests: 0, maxConcurrentStreams: 0}}}")))
        .isEqualTo(Balancing.DEFAULT);
  }

  private static String rule(String policy) {
    return destinationRule("shop", "r", "{host: web, trafficPolicy: " + policy + "}");
  }

  private static Balancing compiled(String... rules) {
    String[] all = new String[rules.length + 1];
    all[0] = service("shop", "web");
    System.arraycopy(rules, 0, all, 1, rules.length);
    return COMPILER
        .compile(read(all), List.of(workload("shop", "web")))
        .destinations()
        .getFirst()
        .balancing();
  }
}
