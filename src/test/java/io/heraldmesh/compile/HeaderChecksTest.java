package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.authorization;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that are off a request before policy looks at it. */
class HeaderChecksTest {
  private static final String TAKES_TOKEN =
      """
      apiVersion: security.istio.io/v1
      kind: RequestAuthentication
      metadata: {name: jwt, namespace: a}
      spec:
        jwtRules:
        - issuer: https://issuer.test
          fromHeaders: [{name: NAME}]
          outputClaimToHeaders: [{header: OUTPUT, claim: sub}]
      """;

  @ParameterizedTest
  @CsvSource({
    "x-forwarded-for, remoteIpBlocks",
    "X-Real-IP, remoteIpBlocks",
    "forwarded, remoteIpBlocks",
    "x_real_ip, remoteIpBlocks",
    "x-forwarded-client-cert, principals",
    "x-forwarded-proto, header of its own",
    "x-envoy-internal, header of its own",
    "proxy-authorization, header of its own",
    "te, header of its own",
    "Connection, header of its own"
  })
  void aConditionOnThemIsWarnedOf(String name, String instead) {
    String key = "request.headers[" + name + "]";
    var warnings =
        Warned.of(authorization("a", "p", "{action: DENY, rules: [{when: [" + when(key) + "]}]}"));
    Warned.once("HLD0813", "spec.rules[0].when[0].key", warnings, key, "never there", "no value");
    assertThat(warnings.getFirst().hint()).contains(instead);
  }

  @Test
  void notValuesThereAlwaysMatch() {
    Warned.once(
        "HLD0813",
        "spec.rules[0].when[0].key",
        Warned.of(
            authorization(
                "a",
                "p",
                "{action: DENY, rules: [{when:"
                    + " [{key: 'request.headers[x-forwarded-proto]', notValues: [https]}]}]}")),
        "every request matches notValues");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x-forwarded-user", "authorization", "host", ":path", "upgrade", "x-request-id"})
  void otherHeadersAreNot(String name) {
    assertThat(
            Warned.of(
                authorization(
                    "a",
                    "p",
                    "{action: DENY, rules: [{when: ["
                        + when("request.headers[" + name + "]")
                        + "]}]}")))
        .isEmpty();
  }

  @Test
  void aTokenInThemIsWarnedOf() {
    Warned.once(
        "HLD0813",
        "spec.jwtRules[0].fromHeaders[0].name",
        Warned.of(token("Proxy-Authorization", "x-sub")),
        "no token is found",
        "Proxy-Authorization");
    assertThat(Warned.of(token("x-forwarded-access-token", "x-sub"))).isEmpty();
  }

  @Test
  void oneThatAVerifiedTokenFillsIsThere() {
    assertThat(
            Warned.of(
                token("x-token", "X-Real-IP"),
                authorization(
                    "a",
                    "p",
                    "{action: DENY, rules: [{when: ["
                        + when("request.headers[x-real-ip]")
                        + "]}]}")))
        .isEmpty();
  }

  private static String when(String key) {
    return "{key: '" + key + "', values: [b]}";
  }

  private static String token(String from, String to) {
    return TAKES_TOKEN.replace("NAME", from).replace("OUTPUT", to);
  }
}
