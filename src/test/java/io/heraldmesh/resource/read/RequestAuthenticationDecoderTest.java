package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.problem.Located;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RequestAuthentication: which tokens are believed, and from whose keys. */
class RequestAuthenticationDecoderTest {
  private static final String KIND = "RequestAuthentication";
  private static final String RULE = "jwtRules:\n- issuer: i\n  jwksUri: https://i.test/keys\n";

  @Test
  void everyFieldIsRead() {
    RequestAuthentication read =
        Lines.read(
            RequestAuthentication.class,
            KIND,
            """
            jwtRules:
            - issuer: https://issuer.test
              audiences: [shop, cart]
              jwksUri: https://issuer.test/keys
              fromHeaders: [{name: x-token, prefix: "Bearer "}, {name: x-other}]
              fromParams: [token]
              fromCookies: [session]
              forwardOriginalToken: true
              outputPayloadToHeader: x-payload
              outputClaimToHeaders: [{header: x-sub, claim: sub}]
              spaceDelimitedClaims: [roles]
              timeout: 1.5s
            """);
    JwtRule rule = read.jwtRules().getFirst();
    assertThat(rule.issuer().value()).isEqualTo("https://issuer.test");
    assertThat(rule.issuer().at().field()).isEqualTo("spec.jwtRules[0].issuer");
    assertThat(rule.audiences()).extracting(Located::value).containsExactly("shop", "cart");
    assertThat(rule.jwksUri()).extracting(Located::value).isEqualTo("https://issuer.test/keys");
    assertThat(rule.jwks()).isNull();
    assertThat(rule.fromHeaders())
        .extracting(JwtRule.HeaderLocation::prefix)
        .containsExactly("Bearer ", "");
    assertThat(rule.fromParams()).extracting(Located::value).containsExactly("token");
    assertThat(rule.fromCookies()).extracting(Located::value).containsExactly("session");
    assertThat(rule.forwardOriginalToken()).isTrue();
    assertThat(rule.outputPayloadToHeader()).extracting(Located::value).isEqualTo("x-payload");
    assertThat(rule.outputClaimToHeaders()).hasSize(1);
    assertThat(rule.spaceDelimitedClaims()).hasSize(1);
    assertThat(rule.timeout()).isEqualTo(Duration.ofMillis(1500));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kind: Service",
        "group: networking.istio.io, kind: ServiceEntry",
        "group: gateway.networking.k8s.io, kind: Gateway",
        "group: gateway.networking.k8s.io, kind: GatewayClass"
      })
  void whatIstioAttachesPoliciesToIsRightButNotEnforced(String target) {
    assertThat(Lines.problems(KIND, "targetRefs: [{" + target + ", name: n}]"))
        .containsExactly("5 warning HLD0112 spec.targetRefs[0].kind");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "group: apps, kind: Deployment",
        "kind: Pod",
        "kind: Gateway",
        "kind: service",
        "group: networking.istio.io, kind: Gateway",
        "group: gateway.networking.k8s.io, kind: Service"
      })
  void whatIstioAttachesNoPolicyToIsAnError(String target) {
    assertThat(Lines.problems(KIND, "targetRefs: [{" + target + ", name: n}]"))
        .containsExactly("5 error HLD0206 spec.targetRefs[0].kind");
    assertThat(Lines.problems(KIND, "targetRef: {" + target + ", name: n}"))
        .containsExactly("5 error HLD0206 spec.targetRef.kind");
  }

  @Test
  void whatIsNotWrittenHasIstiosDefaults() {
    JwtRule rule = Lines.read(RequestAuthentication.class, KIND, RULE).jwtRules().getFirst();
    assertThat(rule.forwardOriginalToken()).isFalse();
    assertThat(rule.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(List.of(rule.audiences(), rule.fromHeaders(), rule.fromParams()))
        .allMatch(List::isEmpty);
  }

  @Test
  void anIssuerIsRequired() {
    assertThat(Lines.problems(KIND, "jwtRules:\n- jwksUri: https://i.test/k"))
        .containsExactly("6 error HLD0102 spec.jwtRules[0].issuer");
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: \"\"\n  jwksUri: https://i.test/k"))
        .containsExactly("6 error HLD0110 spec.jwtRules[0].issuer");
    assertThat(Lines.problems(KIND, "jwtRules: [null]"))
        .containsExactly("5 error HLD0106 spec.jwtRules[0]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://i.test/keys",
        "file:///etc/passwd",
        "ftp://i.test/keys",
        "i.test/keys",
        "https:///keys",
        "https://user@i.test/keys",
        "hTPp\\blah",
        "https://i.test/a b"
      })
  void keysComeOnlyOverHttps(String uri) {
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: i\n  jwksUri: '" + uri + "'"))
        .containsExactly("7 error HLD0403 spec.jwtRules[0].jwksUri");
  }

  @Test
  void aUriHasAtMost2048Characters() {
    String uri = "https://i.test/" + "k".repeat(2048 - 15);
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: i\n  jwksUri: " + uri)).isEmpty();
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: i\n  jwksUri: " + uri + "k"))
        .containsExactly("7 error HLD0403 spec.jwtRules[0].jwksUri");
  }

  @Test
  void theProtoNameOfJwksUriIsUnderstoodWithAWarning() {
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: i\n  jwks_uri: https://i.test/k"))
        .containsExactly("7 warning HLD0109 spec.jwtRules[0].jwks_uri");
    assertThat(Lines.problems(KIND, RULE + "  jwks_uri: https://i.test/k"))
        .contains("8 error HLD0114 spec.jwtRules[0].jwks_uri");
  }

  @Test
  void aRuleHasOneSourceOfKeys() {
    assertThat(Lines.problems(KIND, RULE + "  jwks: '{\"keys\":[{\"kty\":\"EC\"}]}'"))
        .containsExactly("7 error HLD0114 spec.jwtRules[0].jwksUri");
    assertThat(Lines.problems(KIND, "jwtRules: [{issuer: joe@test}]"))
        .containsExactly("5 warning HLD0404 spec.jwtRules[0].issuer");
    assertThat(Lines.problems(KIND, "jwtRules: [{issuer: https://issuer.test}]")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "{}",
        "[]",
        "{\"keys\":[]}",
        "{\"keys\":{}}",
        "{\"keys\":[{}]}",
        "{\"keys\":[1]}",
        "{\"keys\":[[{\"kty\":\"EC\"}]]}",
        "{\"keys\":[{\"kty\":1}]}",
        "{\"keys\":[{\"kty\":{\"kty\":\"EC\"}}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"kty\":\"EC\"}]}",
        "{\"keys\":[{\"kty\":\"EC\"}",
        "{\"keys\":[{\"kty\":\"EC\"}]",
        "{\"keys\":[{\"kty\":\"EC\"},{\"kty\":",
        "{\"a\":{\"keys\":[{\"kty\":\"EC\"}]}}",
        "[{\"keys\":[{\"kty\":\"EC\"}]}]",
        "{\"keys\":[{\"kty\":\"EC\"}]} x",
        "{\"keys\":[],\"keys\":[{\"kty\":\"EC\"}]}",
        ""
      })
  void anInlineKeySetIsAKeySet(String jwks) {
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: i\n  jwks: '" + jwks + "'"))
        .containsExactly("7 error HLD0401 spec.jwtRules[0].jwks");
  }

  @Test
  void whatIsBesideTheKeysIsTheirs() {
    String jwks = "{\"x\":{\"keys\":1},\"keys\":[{\"a\":[{}],\"kty\":\"EC\"}],\"y\":[2]}";
    assertThat(Lines.problems(KIND, "jwtRules:\n- issuer: i\n  jwks: '" + jwks + "'")).isEmpty();
  }

  @Test
  void aPrivateKeyIsWarnedOfAndNeverRepeated() {
    String yaml =
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: n}
        spec: {jwtRules: [{issuer: i, jwks: '{"keys":[{"kty":"EC","d":"s3cret"}]}'}]}\
        """;
    assertThat(ResourceReader.read("f", yaml).problems().warnings())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.code().id()).isEqualTo("HLD0402");
              assertThat(p.text()).doesNotContain("s3cret");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "Content-Length",
        "transfer-encoding",
        "X-Forwarded-Client-Cert",
        "x_forwarded_for"
      })
  void aTokenCannotWriteAHeaderThatSteersTheRequest(String header) {
    assertThat(Lines.problems(KIND, RULE + "  outputPayloadToHeader: " + header))
        .containsExactly("8 error HLD0406 spec.jwtRules[0].outputPayloadToHeader");
    assertThat(
            Lines.problems(
                KIND, RULE + "  outputClaimToHeaders: [{header: " + header + ", claim: c}]"))
        .containsExactly("8 error HLD0406 spec.jwtRules[0].outputClaimToHeaders[0].header");
  }

  @Test
  void anOutputHasAHeaderOfItsOwn() {
    String outputs =
        RULE
            + "  outputPayloadToHeader: x-one\n"
            + "  outputClaimToHeaders: [{header: %s, claim: a}, {header: x-two, claim: b}]";
    assertThat(Lines.problems(KIND, outputs.formatted("x-three"))).isEmpty();
    assertThat(Lines.problems(KIND, outputs.formatted("X-One")))
        .containsExactly("9 warning HLD0408 spec.jwtRules[0].outputClaimToHeaders[0].header");
    assertThat(Lines.problems(KIND, outputs.formatted("x_two")))
        .containsExactly("9 warning HLD0408 spec.jwtRules[0].outputClaimToHeaders[1].header");
  }

  @Test
  void headersParametersCookiesAndClaimsHaveNames() {
    assertThat(Lines.problems(KIND, RULE + "  outputPayloadToHeader: \":path\""))
        .containsExactly("8 error HLD0405 spec.jwtRules[0].outputPayloadToHeader");
    assertThat(Lines.problems(KIND, RULE + "  fromHeaders: [{prefix: x}]"))
        .containsExactly("8 error HLD0102 spec.jwtRules[0].fromHeaders[0].name");
    assertThat(Lines.problems(KIND, RULE + "  fromHeaders: [{name: \"a b\"}]"))
        .containsExactly("8 error HLD0405 spec.jwtRules[0].fromHeaders[0].name");
    assertThat(Lines.problems(KIND, RULE + "  fromParams: [\"\"]"))
        .containsExactly("8 error HLD0110 spec.jwtRules[0].fromParams[0]");
    assertThat(Lines.problems(KIND, RULE + "  fromCookies: [\"\"]"))
        .containsExactly("8 error HLD0110 spec.jwtRules[0].fromCookies[0]");
    assertThat(Lines.problems(KIND, RULE + "  audiences: [\"\"]"))
        .containsExactly("8 error HLD0110 spec.jwtRules[0].audiences[0]");
    assertThat(Lines.problems(KIND, RULE + "  outputClaimToHeaders: [{header: h}]"))
        .containsExactly("8 error HLD0102 spec.jwtRules[0].outputClaimToHeaders[0].claim");
  }

  @ParameterizedTest
  @ValueSource(strings = {"apple", "5", "-1s", "0s", "\"\""})
  void aTimeoutIsAPositiveDuration(String timeout) {
    assertThat(Lines.problems(KIND, RULE + "  timeout: " + timeout))
        .singleElement()
        .asString()
        .startsWith("8 error HLD01")
        .endsWith(" spec.jwtRules[0].timeout");
  }

  @Test
  void targetsAreOfThisNamespaceAndExcludeASelector() {
    assertThat(
            Lines.problems(
                KIND, "selector: {matchLabels: {a: b}}\ntargetRefs: [{kind: Service, name: s}]"))
        .contains("6 error HLD0114 spec.targetRefs");
    assertThat(Lines.problems(KIND, "targetRef: {kind: Service, name: s, namespace: b}"))
        .contains("5 error HLD0206 spec.targetRef.namespace");
    assertThat(Lines.problems(KIND, "targetRef: {kind: Serv_ice, name: s}"))
        .containsExactly("5 error HLD0206 spec.targetRef.kind");
    assertThat(Lines.problems(KIND, "targetRef: {group: __, kind: Service, name: s}"))
        .containsExactly("5 error HLD0206 spec.targetRef.group");
    assertThat(Lines.problems(KIND, "targetRef: {kind: Service}"))
        .contains("5 error HLD0102 spec.targetRef.name");
  }
}
