package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.Balancing;
import io.heraldmesh.resource.ClientTls;
import io.heraldmesh.resource.ClientTls.Mode;
import io.heraldmesh.resource.ConnectionPool;
import io.heraldmesh.resource.DestinationRule;
import io.heraldmesh.resource.OutlierDetection;
import io.heraldmesh.resource.TrafficPolicy;
import io.heraldmesh.resource.problem.Located;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DestinationRule: what is read is in force, and nothing else passes in silence. */
class DestinationRuleDecoderTest {
  private static final String KIND = "DestinationRule";

  @Test
  void everyFieldIsRead() {
    DestinationRule rule =
        Lines.read(
            DestinationRule.class,
            KIND,
            """
            host: Web.Shop.svc.cluster.local
            exportTo: [., bank]
            trafficPolicy:
              tls: {mode: ISTIO_MUTUAL, sni: web.test, subjectAltNames: ["spiffe://td/ns/a/sa/b"]}
              portLevelSettings:
              - port: {number: 443}
                tls:
                  mode: MUTUAL
                  clientCertificate: /etc/certs/client.pem
                  privateKey: /etc/certs/client.key
                  caCertificates: /etc/certs/roots.pem
                  subjectAltNames: [web.example.com]
                  sni: web.example.com
                  insecureSkipVerify: false
              - port: {number: 80}
                tls: {mode: DISABLE}
            subsets:
            - name: v1
              labels: {version: v1}
              trafficPolicy: {tls: {mode: SIMPLE, caCertificates: system}}
            - name: v2
              labels: {version: v2}
            """);
    assertThat(rule.host().value()).isEqualTo("web.shop.svc.cluster.local");
    assertThat(rule.exportTo()).containsExactly(".", "bank");
    ClientTls tls = Objects.requireNonNull(rule.trafficPolicy().tls());
    assertThat(tls.mode()).isEqualTo(Mode.ISTIO_MUTUAL);
    assertThat(tls.sni()).isEqualTo("web.test");
    assertThat(tls.subjectAltNames())
        .extracting(Located::value)
        .containsExactly("spiffe://td/ns/a/sa/b");
    ClientTls port = tlsOfPort(rule.trafficPolicy(), 443);
    assertThat(port.mode()).isEqualTo(Mode.MUTUAL);
    assertThat(port.clientCertificate()).isEqualTo("/etc/certs/client.pem");
    assertThat(port.privateKey()).isEqualTo("/etc/certs/client.key");
    assertThat(port.caCertificates()).isEqualTo("/etc/certs/roots.pem");
    assertThat(port.sni()).isEqualTo("web.example.com");
    assertThat(tlsOfPort(rule.trafficPolicy(), 80).mode()).isEqualTo(Mode.DISABLE);
    assertThat(rule.subsets()).extracting(DestinationRule.Subset::name).containsExactly("v1", "v2");
    DestinationRule.Subset v1 = rule.subsets().getFirst();
    assertThat(v1.has(Map.of("version", "v1", "app", "web"))).isTrue();
    assertThat(v1.has(Map.of("version", "v2"))).isFalse();
    assertThat(Objects.requireNonNull(v1.trafficPolicy().tls()).caCertificates())
        .isEqualTo(ClientTls.SYSTEM);
    assertThat(rule.subsets().get(1).trafficPolicy()).isEqualTo(TrafficPolicy.NONE);
  }

  private static ClientTls tlsOfPort(TrafficPolicy policy, int port) {
    return Objects.requireNonNull(Objects.requireNonNull(policy.ports().get(port)).tls());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1beta1", "v1alpha3"})
  void everyVersionIsRead(String version) {
    String yaml =
        """
        apiVersion: networking.istio.io/%s
        kind: DestinationRule
        metadata: {name: n, namespace: a}
        spec: {host: web}
        """
            .formatted(version);
    assertThat(Lines.only(DestinationRule.class, yaml).host().value())
        .isEqualTo("web.a.svc.cluster.local");
  }

  @ParameterizedTest
  @CsvSource({
    "web,               web.a.svc.cluster.local",
    "WEB,               web.a.svc.cluster.local",
    "web.shop,          web.shop",
    "api.example.com.,  api.example.com",
    "'*',               *",
    "'*.local',         *.local",
    "'*.Example.com',   *.example.com",
  })
  void shortNamesAreOfTheRulesNamespaceAndOthersStand(String written, String host) {
    assertThat(Lines.read(DestinationRule.class, KIND, "host: '" + written + "'").host().value())
        .isEqualTo(host);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host: ''                                    | 5 error HLD0110 spec.host",
        "host: 'a b'                                 | 5 error HLD0602 spec.host",
        "host: 'web.*.com'                           | 5 error HLD0602 spec.host",
        "{}                                          | 4 error HLD0102 spec.host",
        "{host: web, hots: x}                        | 5 error HLD0101 spec.hots",
        "{host: web, trafficPolicy: {}}              | 5 error HLD0110 spec.trafficPolicy",
        "{host: web, workloadSelector: {labels: {a: b}}}"
            + " | 5 error HLD0101 spec.workloadSelector.labels",
        "{host: web, subsets: [{labels: {a: b}}]}    | 5 error HLD0102 spec.subsets[0].name",
        "{host: web, subsets: [{name: V_1}]}         | 5 error HLD0203 spec.subsets[0].name",
        "{host: web, subsets: [{name: a}, {name: a}]} | 5 error HLD0114 spec.subsets[1]",
        "{host: web, exportTo: ['*', a]}             | 5 error HLD1102 spec.exportTo[0]",
        "{host: web, exportTo: [., a]}               | 5 error HLD1102 spec.exportTo[1]",
        "{host: web, exportTo: ['~']}                | 5 error HLD1102 spec.exportTo[0]",
        "{host: web, exportTo: [b], workloadSelector: {matchLabels: {a: b}}}"
            + " | 5 error HLD1102 spec.exportTo[0]",
      })
  void whatIsWrongIsToldAtItsPlace(String spec, String problem) {
    assertThat(Lines.problems(KIND, spec)).containsExactly(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                         | error HLD0102 mode",
        "{mode: ISTIO}                              | error HLD0104 mode",
        "{mode: mutual}                             | error HLD0104 mode",
        "{mode: SIMPLE, insecureSkipVerify: true}   | error HLD1101 insecureSkipVerify",
        "{mode: SIMPLE, credentialName: x}          | error HLD0107 credentialName",
        "{mode: SIMPLE, caCrl: /x}                  | error HLD0107 caCrl",
        "{mode: SIMPLE, caCertificates: roots.pem}  | error HLD0113 caCertificates",
        "{mode: SIMPLE, sni: 'a b'}                 | error HLD0602 sni",
        "{mode: SIMPLE, clientCertificate: /x}      | warning HLD0112 clientCertificate",
        "{mode: DISABLE, caCertificates: /x}        | warning HLD0112 caCertificates",
        "{mode: DISABLE, sni: x.test}               | warning HLD0112 sni",
        "{mode: MUTUAL, privateKey: /x}             | error HLD0102 clientCertificate",
        "{mode: MUTUAL, clientCertificate: /x}      | error HLD0102 privateKey",
        "{mode: MUTUAL, clientCertificate: x, privateKey: /y} | error HLD0113 clientCertificate",
        "{mode: ISTIO_MUTUAL, clientCertificate: /x} | error HLD0114 clientCertificate",
        "{mode: ISTIO_MUTUAL, privateKey: /x}       | error HLD0114 privateKey",
        "{mode: ISTIO_MUTUAL, caCertificates: /x}   | error HLD0114 caCertificates",
        "{mode: ISTIO_MUTUAL, subjectAltNames: [a.test]} | warning HLD0506 subjectAltNames[0]",
      })
  void tlsSettingsThatDoNotFitTheirModeAreTold(String tls, String problem) {
    String[] expected = problem.split(" ", -1);
    String spec = "host: web\ntrafficPolicy:\n  tls: " + tls;
    String field = expected[2].equals("-") ? "" : "." + expected[2];
    assertThat(Lines.problems(KIND, spec))
        .containsExactly(
            "7 " + expected[0] + " " + expected[1] + " spec.trafficPolicy.tls" + field);
  }

  @Test
  void portsAreNumbersAndStandOnce() {
    String ports = "host: web\ntrafficPolicy:\n  portLevelSettings:\n  ";
    String tls = "tls: {mode: DISABLE}";
    assertThat(Lines.problems(KIND, ports + "- {port: {number: 0}, " + tls + "}"))
        .containsExactly("8 error HLD0105 spec.trafficPolicy.portLevelSettings[0].port.number");
    assertThat(Lines.problems(KIND, ports + "- {port: {name: http}, " + tls + "}"))
        .containsExactly(
            "8 error HLD0102 spec.trafficPolicy.portLevelSettings[0].port.number",
            "8 error HLD0101 spec.trafficPolicy.portLevelSettings[0].port.name");
    assertThat(Lines.problems(KIND, ports + "- {" + tls + "}"))
        .containsExactly("8 error HLD0102 spec.trafficPolicy.portLevelSettings[0].port");
    assertThat(Lines.problems(KIND, ports + "- {port: {number: 80}}"))
        .containsExactly("8 error HLD0110 spec.trafficPolicy.portLevelSettings[0]");
    String one = "- {port: {number: 80}, " + tls + "}";
    assertThat(Lines.problems(KIND, ports + one + "\n  " + one))
        .containsExactly("9 error HLD0603 spec.trafficPolicy.portLevelSettings[1].port");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connectionPool: {http: {http2KeepAlive: {}}}",
        "outlierDetection: {splitExternalLocalOriginErrors: true}",
        "outlierDetection: {consecutiveErrors: 3}",
        "tunnel: {}",
        "proxyProtocol: {version: V1}",
        "loadBalancer: {simple: PASSTHROUGH}",
        "loadBalancer: {consistentHash: {useSourceIp: true}}",
      })
  void whatIsNotEnforcedYetIsAnErrorThatSaysSo(String field) {
    assertThat(Lines.problems(KIND, "host: web\ntrafficPolicy:\n  " + field))
        .singleElement()
        .asString()
        .startsWith("7 error HLD0107 spec.trafficPolicy." + field.replaceFirst(":.*", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "UNSPECIFIED,   UNSPECIFIED",
    "ROUND_ROBIN,   ROUND_ROBIN",
    "LEAST_REQUEST, LEAST_REQUEST",
    "LEAST_CONN,    LEAST_REQUEST",
    "RANDOM,        RANDOM",
  })
  void requestsAreSpreadAsTheRuleSays(String written, Balancing.Method expected) {
    assertThat(balancing("loadBalancer: {simple: " + written + "}"))
        .isEqualTo(new Balancing(expected, null, ConnectionPool.NONE));
  }

  @Test
  void whatOutlierDetectionLeavesOutIsAsInIstio() {
    OutlierDetection defaults =
        new OutlierDetection(5, 0, Duration.ofSeconds(10), Duration.ofSeconds(30), 10, 0);
    assertThat(balancing("outlierDetection: {}").outlierDetection()).isEqualTo(defaults);
    assertThat(balancing("outlierDetection: {maxEjectionPercent: 0}").outlierDetection())
        .isEqualTo(defaults);
    assertThat(
            balancing(
                    "outlierDetection: {consecutive5xxErrors: 0, consecutiveGatewayErrors: 2,"
                        + " interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100,"
                        + " minHealthPercent: 50}")
                .outlierDetection())
        .isEqualTo(
            new OutlierDetection(0, 2, Duration.ofSeconds(1), Duration.ofMinutes(3), 100, 50));
  }

  @Test
  void mostRequestsAreReadAndAPortsPolicyReplacesTheRules() {
    DestinationRule rule =
        Lines.read(
            DestinationRule.class,
            KIND,
            """
            host: web
            trafficPolicy:
              loadBalancer: {simple: RANDOM}
              connectionPool:
                tcp: {connectTimeout: 20ms}
                http:
                  {http2MaxRequests: 7, maxRetries: 2, maxRequestsPerConnection: 5}
              portLevelSettings:
              - {port: {number: 80}, loadBalancer: {simple: ROUND_ROBIN}}
            """);
    assertThat(rule.trafficPolicy().balancing(81))
        .isEqualTo(
            new Balancing(
                Balancing.Method.RANDOM,
                null,
                new ConnectionPool(
                    new ConnectionPool.Tcp(0, Duration.ofMillis(20), null, null, null),
                    new ConnectionPool.Http(
                        0, 7, 5, 2, 0, null, ConnectionPool.H2UpgradePolicy.DEFAULT, false))));
    assertThat(rule.trafficPolicy().balancing(80))
        .isEqualTo(new Balancing(Balancing.Method.ROUND_ROBIN, null, ConnectionPool.NONE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loadBalancer: {simple: FASTEST}            | HLD0104 spec.trafficPolicy.loadBalancer.simple",
        "outlierDetection: {interval: 0s}           | HLD0105 spec.trafficPolicy.outlierDetection.interval",
        "outlierDetection: {interval: 9999999h}     | HLD0105 spec.trafficPolicy.outlierDetection.interval",
        "outlierDetection: {baseEjectionTime: 9999999h} | HLD0105 spec.trafficPolicy.outlierDetection.baseEjectionTime",
        "outlierDetection: {interval: soon}         | HLD0113 spec.trafficPolicy.outlierDetection.interval",
        "outlierDetection: {maxEjectionPercent: 101} | HLD0105 spec.trafficPolicy.outlierDetection.maxEjectionPercent",
        "outlierDetection: {minHealthPercent: -1}   | HLD0105 spec.trafficPolicy.outlierDetection.minHealthPercent",
        "outlierDetection: {consecutive5xxErrors: x} | HLD0103 spec.trafficPolicy.outlierDetection.consecutive5xxErrors",
        "outlierDetection: {consecutive5xx: 1}      | HLD0101 spec.trafficPolicy.outlierDetection.consecutive5xx",
        "connectionPool: {tcp: {connectTimeout: 0s}} | HLD0105 spec.trafficPolicy.connectionPool.tcp.connectTimeout",
        "connectionPool: {tcp: {connectTimeout: 2h}} | HLD0105 spec.trafficPolicy.connectionPool.tcp.connectTimeout",
        "connectionPool: {}                         | HLD0110 spec.trafficPolicy.connectionPool",
        "connectionPool: {tcp: {maxConnections: -1}} | HLD0105 spec.trafficPolicy.connectionPool.tcp.maxConnections",
        "connectionPool: {tcp: {maxConnections: many}} | HLD0103 spec.trafficPolicy.connectionPool.tcp.maxConnections",
        "connectionPool: {tcp: {maxConnectionDuration: 0s}} | HLD0105 spec.trafficPolicy.connectionPool.tcp.maxConnectionDuration",
        "connectionPool: {tcp: {idleTimeout: -1s}}  | HLD0113 spec.trafficPolicy.connectionPool.tcp.idleTimeout",
        "connectionPool: {tcp: {tcpKeepalive: {time: 10ms}}} | HLD0105 spec.trafficPolicy.connectionPool.tcp.tcpKeepalive.time",
        "connectionPool: {tcp: {tcpKeepalive: {probes: 128}}} | HLD0105 spec.trafficPolicy.connectionPool.tcp.tcpKeepalive.probes",
        "connectionPool: {http: {h2UpgradePolicy: YES}} | HLD0104 spec.trafficPolicy.connectionPool.http.h2UpgradePolicy",
        "connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}} | HLD0114 spec.trafficPolicy.connectionPool.http.useClientProtocol",
        "connectionPool: {http: {http1MaxPendingRequests: -1}} | HLD0105 spec.trafficPolicy.connectionPool.http.http1MaxPendingRequests",
        "connectionPool: {http: {maxConnections: 1}} | HLD0101 spec.trafficPolicy.connectionPool.http.maxConnections",
        "connectionPool: {http: {http2MaxRequests: -1}} | HLD0105 spec.trafficPolicy.connectionPool.http.http2MaxRequests",
      })
  void mistakesInWhatIsSaidOfEndpointsAreNamed(String field, String expected) {
    assertThat(Lines.problems(KIND, "host: web\ntrafficPolicy:\n  " + field))
        .containsExactly("7 error " + expected);
  }

  @Test
  void aSubsetsEndpointsAreNotBalancedAmongThemselvesAndThatIsWarnedOf() {
    assertThat(
            Lines.problems(
                KIND,
                """
                host: web
                subsets:
                - name: v1
                  trafficPolicy:
                    loadBalancer: {simple: ROUND_ROBIN}
                    portLevelSettings: [{port: {number: 80}, outlierDetection: {}}]
                """))
        .satisfiesExactlyInAnyOrder(
            rules ->
                assertThat(rules)
                    .contains("warning HLD0112 spec.subsets[0].trafficPolicy.loadBalancer"),
            ports ->
                assertThat(ports)
                    .contains(
                        "warning HLD0112"
                            + " spec.subsets[0].trafficPolicy.portLevelSettings[0].outlierDetection"));
  }

  private static Balancing balancing(String field) {
    return Lines.read(DestinationRule.class, KIND, "host: web\ntrafficPolicy:\n  " + field)
        .trafficPolicy()
        .balancing(80);
  }

  @Test
  void withASelectorARuleIsItsNamespacesAlone() {
    DestinationRule rule =
        Lines.read(
            DestinationRule.class, KIND, "host: web\nworkloadSelector: {matchLabels: {app: c}}");
    assertThat(rule.isVisibleIn("a")).isTrue();
    assertThat(rule.isVisibleIn("b")).isFalse();
    assertThat(rule.isPrivate()).isTrue();
    assertThat(rule.workloadSelector().matches(Map.of("app", "c"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'[]',       true,  true,  false",
    "'[\"*\"]',  true,  true,  false",
    "'[.]',      true,  false, true",
    "'[a]',      true,  false, true",
    "'[b]',      false, true,  false",
    "'[., b]',   true,  true,  false",
  })
  void exportToSaysWhoseCallersItIsFor(String exportTo, boolean a, boolean b, boolean isPrivate) {
    DestinationRule rule =
        Lines.read(DestinationRule.class, KIND, "host: web\nexportTo: " + exportTo);
    assertThat(rule.isVisibleIn("a")).isEqualTo(a);
    assertThat(rule.isVisibleIn("b")).isEqualTo(b);
    assertThat(rule.isPrivate()).isEqualTo(isPrivate);
  }
}
