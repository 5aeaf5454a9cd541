package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.SharedData;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Binding;
import io.heraldmesh.resource.AuthenticationPolicy.PathForm;
import io.heraldmesh.resource.AuthenticationPolicy.Peer;
import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** v1alpha1 Policy and MeshPolicy: nothing that is misspelt may end as a wider policy. */
class AuthenticationPolicyDecoderTest {
  private static final String JWKS = "jwks: '{\"keys\":[{\"kty\":\"RSA\"}]}'";

  @Test
  void everyFieldIsRead() {
    AuthenticationPolicy read =
        Lines.read(
            AuthenticationPolicy.class,
            "Policy",
            """
            targets:
            - name: web
              ports: [{number: 80}, {name: admin}]
            - name: shop
            peers: [{mtls: {mode: PERMISSIVE}}]
            peerIsOptional: true
            origins:
            - jwt:
                issuer: https://a.example
                audiences: [x, y]
                jwksUri: https://a.example/keys
                jwtHeaders: [x-token]
                jwtParams: [t]
                triggerRules:
                - excludedPaths: [{exact: /health}, {prefix: /pub/}]
                  includedPaths: [{suffix: .html}, {regex: "/v[0-9]+/.*"}]
            - jwt: {issuer: https://b.example}
            originIsOptional: true
            principalBinding: USE_ORIGIN
            """);
    assertThat(read.targets()).extracting(t -> t.name().value()).containsExactly("web", "shop");
    assertThat(read.targets().getFirst().ports())
        .extracting(p -> p.name() == null ? "" + p.number() : p.name())
        .containsExactly("80", "admin");
    assertThat(read.peer().value()).isEqualTo(Peer.PERMISSIVE);
    assertThat(read.peerIsOptional().value()).isTrue();
    assertThat(read.originIsOptional().value()).isTrue();
    assertThat(read.binding().value()).isEqualTo(Binding.USE_ORIGIN);
    JwtRule rule = read.origins().getFirst().rule();
    assertThat(rule.issuer().value()).isEqualTo("https://a.example");
    assertThat(rule.fromHeaders()).extracting(h -> h.name().value()).containsExactly("x-token");
    assertThat(rule.fromParams()).extracting(p -> p.value()).containsExactly("t");
    assertThat(rule.forwardOriginalToken()).isTrue();
    assertThat(read.origins().getFirst().triggers().getFirst().excluded())
        .extracting(p -> p.form())
        .containsExactly(PathForm.EXACT, PathForm.PREFIX);
    assertThat(read.origins().getFirst().triggers().getFirst().included())
        .extracting(p -> p.text().value())
        .containsExactly(".html", "/v[0-9]+/.*");
    assertThat(read.describe()).isEqualTo("policy a/n");
    assertThat(read.isPolicy()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                     | NONE",
        "peers: []                                              | NONE",
        "peers: [{mtls: {}}]                                    | STRICT",
        "peers: [{mtls: null}]                                  | STRICT",
        "peers: [{mtls: }]                                      | STRICT",
        "peers: [{mtls: {mode: STRICT}}]                        | STRICT",
        "peers: [{mtls: {mode: PERMISSIVE}}]                    | PERMISSIVE",
        "peers: [{mtls: {allowTls: false}}]                     | STRICT",
      })
  void peers(String spec, Peer peer) {
    assertThat(mesh(spec).peer().value()).isEqualTo(peer);
  }

  @Test
  void allowTlsTakesPlainTextAndSaysSo() {
    Resources read = read("MeshPolicy", "default", "peers: [{mtls: {allowTls: true}}]");
    assertThat(read.problems().all())
        .extracting(p -> p.code().id() + " " + p.at().field())
        .containsExactly("HLD1007 spec.peers[0].mtls.allowTls");
    assertThat(read.of(AuthenticationPolicy.class).getFirst().peer().value())
        .isEqualTo(Peer.PERMISSIVE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peers: [{mtls: {mode: strict}}]             | 5 error HLD0104 spec.peers[0].mtls.mode",
        "peers: [{mtls: {mod: STRICT}}]              | 5 error HLD0101 spec.peers[0].mtls.mod",
        "peers: [{mtls: STRICT}]                     | 5 error HLD0103 spec.peers[0].mtls",
        "peers: [{mtls: {}}, {mtls: {}}]             | 5 error HLD0114 spec.peers[1]",
        "peers: [{jwt: {issuer: x}}]                 | 5 error HLD1002 spec.peers[0].jwt",
        "peers: [{}]                                 | 5 error HLD0102 spec.peers[0].mtls",
        "peers: {mtls: {}}                           | 5 error HLD0103 spec.peers",
        "peers:                                      | 5 error HLD0106 spec.peers",
        "peer: [{mtls: {}}]                          | 5 error HLD0101 spec.peer",
        "peerIsOptional: true                        | 5 warning HLD0112 spec.peerIsOptional",
        "peerIsOptional: maybe                       | 5 error HLD0103 spec.peerIsOptional",
        "originIsOptional: true                      | 5 warning HLD0112 spec.originIsOptional",
        "principalBinding: USE_ORIGIN                | 5 error HLD1004 spec.principalBinding",
        "principalBinding: USE_TOKEN                 | 5 error HLD0104 spec.principalBinding",
        "targets: [{name: web}]                      | 5 error HLD0114 spec.targets",
        "origins: [{}]                               | 5 error HLD0102 spec.origins[0].jwt",
        "origins: [{jwt: {}}]                        | 5 error HLD0102 spec.origins[0].jwt.issuer",
        "origins: [{jwt: {issuer: ''}}]              | 5 error HLD0110 spec.origins[0].jwt.issuer",
        "origins: [{jwt: {issuer: x}}]               | 5 warning HLD0404 spec.origins[0].jwt.issuer",
      })
  void whatIsWrongInAMeshPolicyIsTold(String spec, String line) {
    assertThat(problems("MeshPolicy", "default", spec)).containsExactly(line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "audiences: ['']              | HLD0110 audiences[0]",
        "jwksUri: http://a/keys       | HLD0403 jwksUri",
        "jwksUri: a/keys              | HLD0403 jwksUri",
        "jwks: '[]'                   | HLD0401 jwks",
        "jwtHeaders: ['x y']          | HLD0405 jwtHeaders[0]",
        "jwtHeaders: [{name: x}]      | HLD0103 jwtHeaders[0]",
        "jwtParams: ['']              | HLD0110 jwtParams[0]",
        "fromHeaders: [{name: x}]     | HLD0101 fromHeaders",
        "triggerRules: [{paths: []}]  | HLD0101 triggerRules[0].paths",
        "triggerRules: {}             | HLD0103 triggerRules",
      })
  void whatIsWrongInAnOriginIsTold(String field, String line) {
    String id = line.substring(0, 8);
    assertThat(
            problems(
                "MeshPolicy",
                "default",
                "origins:\n- jwt:\n    issuer: https://a.example\n    " + field))
        .containsExactly("8 error " + id + "spec.origins[0].jwt." + line.substring(8));
  }

  @Test
  void keysInTwoWaysAndOneIssuerTwiceAreErrors() {
    assertThat(
            problems(
                "MeshPolicy",
                "default",
                "origins:\n- jwt: {issuer: i, jwksUri: https://a/k, " + JWKS + "}"))
        .containsExactly("6 error HLD0114 spec.origins[0].jwt.jwksUri");
    assertThat(
            problems(
                "MeshPolicy",
                "default",
                "origins:\n- jwt: {issuer: i, " + JWKS + "}\n- jwt: {issuer: i, " + JWKS + "}"))
        .containsExactly("7 error HLD1003 spec.origins[1].jwt.issuer");
  }

  @Test
  void protoNamesAreUnderstoodWithAWarning() {
    Resources read =
        read(
            "MeshPolicy",
            "default",
            """
            peers: [{mtls: {}}]
            peer_is_optional: true
            origins:
            - jwt:
                issuer: https://a.example
                jwks_uri: https://a.example/keys
                jwt_headers: [x]
                jwt_params: [p]
                trigger_rules:
                - excluded_paths: [{exact: /a}]
                  included_paths: [{prefix: /b}]
            origin_is_optional: true
            principal_binding: USE_ORIGIN
            """);
    assertThat(read.problems().all())
        .hasSize(9)
        .allSatisfy(p -> assertThat(p.code().id()).isEqualTo("HLD0109"));
    AuthenticationPolicy policy = read.of(AuthenticationPolicy.class).getFirst();
    assertThat(policy.peerIsOptional().value()).isTrue();
    assertThat(policy.originIsOptional().value()).isTrue();
    assertThat(policy.origins().getFirst().triggers().getFirst().included()).hasSize(1);
  }

  @Test
  void theNameAndTheTargetsMustAgree() {
    assertThat(problems("MeshPolicy", "mesh", "{}"))
        .containsExactly("3 error HLD1001 metadata.name");
    assertThat(problems("Policy", "web", "{}")).containsExactly("3 error HLD1001 metadata.name");
    assertThat(problems("Policy", "default", "{}")).isEmpty();
    assertThat(problems("Policy", "default", "targets: [{name: web}]"))
        .containsExactly("5 error HLD0114 spec.targets");
    assertThat(problems("Policy", "web", "targets: []"))
        .containsExactly("5 error HLD0110 spec.targets");
    assertThat(
            Lines.problems("apiVersion: authentication.istio.io/v1alpha1\nkind: Policy\nspec: {}"))
        .containsExactly("1 error HLD0102 metadata");
    assertThat(
            Lines.problems(
                "apiVersion: authentication.istio.io/v1alpha1\nkind: Policy\n"
                    + "metadata: {name: default}"))
        .containsExactly("1 error HLD0102 spec");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: web.a}                                   | HLD0203 name",
        "{name: Web}                                     | HLD0203 name",
        "{name: ''}                                      | HLD0110 name",
        "{ports: [{number: 80}]}                         | HLD0102 name",
        "{name: web, labels: {a: b}}                     | HLD0107 labels",
        "{name: web, namespace: b}                       | HLD0101 namespace",
        "{name: web, ports: [{}]}                        | HLD0102 ports[0]",
        "{name: web, ports: [{number: 80, name: http}]}  | HLD0114 ports[0]",
        "{name: web, ports: [{number: 0}]}               | HLD0105 ports[0].number",
        "{name: web, ports: [{number: 65536}]}           | HLD0105 ports[0].number",
        "{name: web, ports: [{number: http}]}            | HLD0103 ports[0].number",
        "{name: web, ports: [{name: '80!'}]}             | HLD0203 ports[0].name",
        "{name: web, ports: [80]}                        | HLD0103 ports[0]",
      })
  void whatIsWrongInATargetIsTold(String target, String line) {
    assertThat(problems("Policy", "web", "targets:\n- " + target))
        .containsExactly(
            "6 error " + line.substring(0, 8) + "spec.targets[0]." + line.substring(8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                           | error HLD0102 ",
        "{exact: /a, prefix: /b}      | error HLD0114 ",
        "{exact: ''}                  | error HLD0110 .exact",
        "{prefix: ''}                 | error HLD0110 .prefix",
        "{contains: /a}               | error HLD0101 .contains",
        "/a                           | error HLD0103 ",
        "{exact: a}                   | warning HLD0506 .exact",
        "{prefix: 'a*'}               | warning HLD0506 .prefix",
        "{exact: /a?x=1}              | warning HLD0506 .exact",
        "{suffix: '?x'}               | warning HLD0506 .suffix",
        "{regex: ''}                  | error HLD0110 .regex",
        "{regex: '/a('}               | error HLD1005 .regex",
        "{regex: '(?=/a)/.*'}         | error HLD1005 .regex",
        "{regex: '(?!/a)/.*'}         | error HLD1005 .regex",
        "{regex: '(?<!a)/.*'}         | error HLD1005 .regex",
        "{regex: '/(a)/\\1'}        | error HLD1005 .regex",
        "{regex: '(?i)/a'}            | error HLD1005 .regex",
        "{regex: '(?P<n>/a)'}         | error HLD1005 .regex",
        "{regex: '/\\Qa\\E'}          | error HLD1005 .regex",
        "{regex: '/a{1001}'}          | error HLD1005 .regex",
        "{regex: '((/a{99}){99}){9}'} | error HLD1005 .regex",
        "{regex: '/(a{500}b){2}c{1000}d{1000}e{1000}f{1000}'} | error HLD1005 .regex",
      })
  void whatIsWrongInAPathIsTold(String path, String line) {
    String[] parts = line.split(" ", 3);
    String field = "spec.origins[0].jwt.triggerRules[0].excludedPaths[0]";
    List<String> told = problems("MeshPolicy", "default", withPath(path));
    assertThat(told)
        .contains(
            "7 " + parts[0] + " " + parts[1] + " " + field + (parts.length > 2 ? parts[2] : ""));
    assertThat(told).hasSizeBetween(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/pets/(.*?)?",
        "^/a$",
        "/v[0-9]+/[^/]*\\.html",
        "/(?:a|b){2,5}\\/\\d{4}-\\w+",
        "/\\(?=x",
        "/a{x}",
      })
  void regularExpressionsOfEverydayAreTaken(String regex) {
    assertThat(problems("MeshPolicy", "default", withPath("{regex: '" + regex + "'}"))).isEmpty();
  }

  @Test
  void aLongRegularExpressionIsRefusedAndTheFaultIsExplained() {
    assertThat(problems("MeshPolicy", "default", withPath("{regex: '" + "a".repeat(1025) + "'}")))
        .containsExactly(
            "7 error HLD1005 spec.origins[0].jwt.triggerRules[0].excludedPaths[0].regex");
    assertThat(read("MeshPolicy", "default", withPath("{regex: '(?!/a)/.*'}")).problems().text())
        .contains("looks ahead or behind", "linear time", "RE2");
  }

  @Test
  void rulesThatAddUpToNearlyEveryPathAreWarnedOf() {
    String rules =
        """
        origins:
        - jwt:
            issuer: https://a.example
            triggerRules:
            - excludedPaths: [{exact: /a}]
            - includedPaths: [{exact: /b}]
        """;
    assertThat(problems("MeshPolicy", "default", rules))
        .containsExactly("8 warning HLD1006 spec.origins[0].jwt.triggerRules");
    assertThat(
            problems("MeshPolicy", "default", rules.replace("- includedPaths", "  includedPaths")))
        .isEmpty();
  }

  @Test
  void theExchangedTokenOfAGatewayHasItsOwnPrefix() {
    AuthenticationPolicy read =
        mesh("origins: [{jwt: {issuer: i, jwtHeaders: [Ingress-Authorization], " + JWKS + "}}]");
    assertThat(read.origins().getFirst().exchanged()).isTrue();
    assertThat(read.origins().getFirst().rule().fromHeaders().getFirst().prefix())
        .isEqualTo("istio");
  }

  @Test
  void aMeshPolicyHasNoNamespace() {
    assertThat(mesh("{}").metadata().namespace()).isEmpty();
    assertThat(mesh("{}").describe()).isEqualTo("meshpolicy default");
  }

  @Test
  void otherVersionsAndSpellingsOfTheKindsAreErrors() {
    for (String type :
        List.of("v1alpha1 MeshPolicies", "v1beta1 Policy", "v1alpha1 policy", "v1 MeshPolicy")) {
      String[] parts = type.split(" ", 2);
      assertThat(
              Lines.problems(
                  "apiVersion: authentication.istio.io/%s\nkind: %s\nmetadata: {name: default}\nspec: {}"
                      .formatted(parts[0], parts[1])))
          .as(type)
          .singleElement()
          .asString()
          .contains(type.contains("Policies") ? "HLD020" : "HLD0202");
    }
  }

  @Test
  void everyPolicyOfIstiosOwnTestsIsRead() throws IOException {
    Path folder = SharedData.file("istio/istio-istio-release-1.4/tests");
    int read = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().contains(".yaml")).toList()) {
        String yaml = Files.readString(file).replaceAll("\\{\\{ *[.](\\w+) *}}", "ns");
        if (!yaml.contains("authentication.istio.io/v1alpha1")) {
          continue;
        }
        List<String> ours =
            Stream.of(yaml.split("(?m)^---$", -1))
                .filter(d -> d.contains("authentication.istio.io/v1alpha1"))
                .toList();
        Resources resources = ResourceReader.read(file.toString(), String.join("\n---\n", ours));
        assertThat(resources.problems().errors()).as(file.toString()).isEmpty();
        read += resources.of(AuthenticationPolicy.class).size();
      }
    }
    assertThat(read).isGreaterThan(15);
  }

  private static String withPath(String path) {
    return "origins:\n- jwt: {issuer: https://a.example, triggerRules: [{\n    excludedPaths: ["
        + path
        + "]}]}";
  }

  private static AuthenticationPolicy mesh(String spec) {
    Resources read = read("MeshPolicy", "default", spec);
    assertThat(read.problems().all()).isEmpty();
    return read.of(AuthenticationPolicy.class).getFirst();
  }

  private static List<String> problems(String kind, String name, String spec) {
    return Lines.problems(yaml(kind, name, spec));
  }

  private static Resources read(String kind, String name, String spec) {
    return ResourceReader.read("f.yaml", yaml(kind, name, spec));
  }

  private static String yaml(String kind, String name, String spec) {
    return "apiVersion: authentication.istio.io/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n"
            .formatted(kind, name)
        + spec.indent(2);
  }
}
