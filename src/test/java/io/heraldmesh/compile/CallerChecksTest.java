package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.COMPILER;
import static io.heraldmesh.compile.Meshes.authorization;
import static io.heraldmesh.compile.Meshes.peerAuthentication;
import static io.heraldmesh.compile.Meshes.read;
import static io.heraldmesh.compile.Meshes.requestAuthentication;
import static io.heraldmesh.compile.Meshes.service;
import static io.heraldmesh.compile.Meshes.workload;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules that no caller can satisfy, because of what else is written. */
class CallerChecksTest {
  private static final String IDENTITY = "{rules: [{from: [{source: {namespaces: [b]}}]}]}";
  private static final String TOKEN = "{rules: [{from: [{source: {requestPrincipals: ['%s']}}]}]}";
  private static final String ISSUER =
      requestAuthentication("a", "jwt", "{jwtRules: [{issuer: 'https://idp.test'}]}");

  @Test
  void anIdentityIsNotThereWhereMutualTlsIsDisabled() {
    Warned.once(
        "HLD0809",
        "spec.rules[0].from[0].source.namespaces[0]",
        Warned.of(
            peerAuthentication("a", "off", "{mtls: {mode: DISABLE}}"),
            authorization("a", "p", IDENTITY)),
        "no caller can satisfy it");
    Warned.once(
        "HLD0809",
        "spec.rules[0].when[0]",
        Warned.of(
            peerAuthentication("istio-system", "off", "{mtls: {mode: DISABLE}}"),
            authorization(
                "a", "p", "{rules: [{when: [{key: source.principal, values: ['*']}]}]}")));
  }

  @Test
  void itMayBeThereWhereSomePortOrWorkloadHasMutualTls() {
    String off = peerAuthentication("a", "off", "{mtls: {mode: DISABLE}}");
    assertThat(
            Warned.of(
                off,
                peerAuthentication(
                    "a", "on", "{selector: {matchLabels: {app: x}}, mtls: {mode: STRICT}}"),
                authorization("a", "p", IDENTITY)))
        .isEmpty();
    assertThat(Warned.of(off, authorization("b", "p", IDENTITY))).isEmpty();
    assertThat(
            Warned.of(
                off,
                authorization(
                    "a",
                    "p",
                    "{rules: [{from: [{source: {namespaces: [b]}}, {source: {ipBlocks:"
                        + " [10.0.0.1]}}]}]}")))
        .isEmpty();
  }

  @Test
  void amongAnnouncedWorkloadsEachOneCounts() {
    String off =
        peerAuthentication(
            "shop", "off", "{selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}}");
    String policy = authorization("shop", "p", IDENTITY);
    assertThat(
            COMPILER
                .compile(read(off, policy), List.of(workload("shop", "web")))
                .problems()
                .warnings())
        .extracting(p -> p.code().id())
        .containsExactly("HLD0809");
    assertThat(
            COMPILER
                .compile(
                    read(off, policy), List.of(workload("shop", "web"), workload("shop", "db")))
                .problems()
                .all())
        .isEmpty();
  }

  @Test
  void aTokenIsNotVerifiedWithoutARequestAuthentication() {
    Warned.once(
        "HLD0810",
        "spec.rules[0].from[0].source.requestPrincipals[0]",
        Warned.of(authorization("a", "p", TOKEN.formatted("*"))),
        "no caller can satisfy it",
        "RequestAuthentication");
    Warned.once(
        "HLD0810",
        "spec.rules[0].when[0]",
        Warned.of(
            authorization(
                "a",
                "p",
                "{action: DENY, rules: [{when: [{key: 'request.auth.claims[g]', values: [x]}]}]}")),
        "it never matches");
    assertThat(
            Warned.of(
                authorization(
                    "a", "p", "{rules: [{from: [{source: {notRequestPrincipals: ['*']}}]}]}")))
        .isEmpty();
  }

  @Test
  void aTokenIsVerifiedByAnyRequestAuthenticationThatMaySelectTheSameWorkload() {
    assertThat(Warned.of(ISSUER, authorization("a", "p", TOKEN.formatted("*")))).isEmpty();
    assertThat(
            Warned.of(
                ISSUER.replace("spec: {", "spec: {selector: {matchLabels: {app: x}}, "),
                authorization("a", "p", TOKEN.formatted("https://idp.test/*"))))
        .isEmpty();
    Warned.once(
        "HLD0810",
        "spec.rules[0].from[0].source.requestPrincipals[0]",
        Warned.of(
            ISSUER.replace("spec: {", "spec: {selector: {matchLabels: {app: x}}, "),
            authorization(
                "a",
                "p",
                TOKEN
                    .formatted("*")
                    .replace("{rules", "{selector: {matchLabels: {app: y}}, rules"))));
    Warned.once(
        "HLD0810",
        "spec.rules[0].from[0].source.requestPrincipals[0]",
        Warned.of(ISSUER, authorization("b", "p", TOKEN.formatted("*"))));
  }

  @Test
  void anOriginOfTheOlderApiVerifiesTokensToo() {
    String older =
        """
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: {name: default, namespace: a}
        spec:
          origins: [{jwt: {issuer: "https://idp.test", jwksUri: "https://idp.test/keys"}}]
          principalBinding: USE_ORIGIN
        """;
    assertThat(Warned.of(older, authorization("a", "p", TOKEN.formatted("https://idp.test/*"))))
        .noneMatch(p -> p.code().id().equals("HLD0810"));
  }

  @Test
  void anIssuerThatNoRuleAcceptsIsNamed() {
    Warned.once(
        "HLD0810",
        "spec.rules[0].from[0].source.requestPrincipals[0]",
        Warned.of(ISSUER, authorization("a", "p", TOKEN.formatted("https://other.test/joe"))),
        "https://other.test");
  }

  @Test
  void aNamespaceThatIsNotWrittenDownIsWarnedOfOnlyWhereSomeAre() {
    String namespaces =
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: b}
        """;
    String rules = "{rules: [{from: [{source: {%s}}]}]}";
    String typo = authorization("a", "p", rules.formatted("namespaces: [bb]"));
    assertThat(Warned.of(typo)).isEmpty();
    Warned.once(
        "HLD0811",
        "spec.rules[0].from[0].source.namespaces[0]",
        Warned.of(namespaces, typo),
        "\"bb\"");
    Warned.once(
        "HLD0811",
        "spec.rules[0].from[0].source.principals[0]",
        Warned.of(
            namespaces,
            authorization("a", "p", rules.formatted("principals: [cluster.local/ns/bb/sa/x]"))));
    Warned.once(
        "HLD0811",
        "spec.rules[0].from[0].source.namespaces[1]",
        Warned.of(namespaces, authorization("a", "p", rules.formatted("namespaces: [b*, x*]"))));
    assertThat(
            Warned.of(
                namespaces,
                authorization("a", "p", rules.formatted("namespaces: [a, b, '*']")),
                authorization("a", "q", rules.formatted("serviceAccounts: [b/x, x]"))))
        .isEmpty();
  }

  @Test
  void aPortThatNoSelectedWorkloadHasIsWarnedOf() {
    String rules =
        "{selector: {matchLabels: {app: web}}, rules: [{to: [{operation: {ports: ['%s']}}]}]}";
    Warned.once(
        "HLD0812",
        "spec.rules[0].to[0].operation.ports[0]",
        Warned.of(service("shop", "web"), authorization("shop", "p", rules.formatted("80"))),
        "80 is the port of a Service",
        "write 8080");
    Warned.once(
        "HLD0812",
        "spec.rules[0].to[0].operation.ports[0]",
        Warned.of(service("shop", "web"), authorization("shop", "p", rules.formatted("81"))),
        "service shop/web");
    assertThat(
            Warned.of(service("shop", "web"), authorization("shop", "p", rules.formatted("8080"))))
        .isEmpty();
    assertThat(Warned.of(authorization("shop", "p", rules.formatted("80")))).isEmpty();
    Warned.once(
        "HLD0812",
        "spec.portLevelMtls.80.mode",
        Warned.of(
            service("shop", "web"),
            peerAuthentication(
                "shop",
                "m",
                "{selector: {matchLabels: {app: web}}, portLevelMtls: {80: {mode: STRICT}}}")));
  }
}
