package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a script sees of {@code herald convert}. */
class ConvertCommandTest {
  private static final String SERVICE =
      """
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: a}
      spec:
        selector: {app: web}
        ports: [{name: http, port: 80, targetPort: 8080}]
      """;

  @TempDir Path folder;

  @Test
  void mutualTlsAloneIsConvertedWithoutADifference() throws IOException {
    CommandRun run = convert(mesh("peers: [{mtls: {}}]"));
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata:
              name: default
              namespace: istio-system
            spec:
              mtls:
                mode: STRICT
            """);
  }

  @Test
  void theMeshConfigurationSaysWhichNamespaceIsTheRoot() throws IOException {
    String root =
        """
        ---
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        metadata: {name: mesh}
        spec: {rootNamespace: root}
        """;
    assertThat(convert(mesh("{}") + root).out()).contains("namespace: root", "mode: DISABLE");
  }

  @Test
  void aServicesPolicyBecomesThreeResourcesForItsWorkloadsThatLintAccepts() throws IOException {
    CommandRun run =
        convert(
            SERVICE
                + policy(
                    """
                    targets: [{name: web, ports: [{number: 80}]}]
                    peers: [{mtls: {mode: PERMISSIVE}}]
                    origins:
                    - jwt:
                        issuer: https://one.example
                        audiences: [web]
                        jwksUri: https://one.example/keys
                        jwtHeaders: [x-token]
                        jwtParams: [t]
                        triggerRules: [{excludedPaths: [{exact: /health}, {prefix: /pub/}]}]
                    principalBinding: USE_ORIGIN\
                    """));
    assertThat(run.code()).isZero();
    JsonNode json =
        CommandRun.of("convert", "-o", "json", folder.resolve("old.yaml")).answers().getFirst();
    List<String> kinds = new ArrayList<>();
    json.path("resources").forEach(r -> kinds.add(r.path("kind").asText()));
    assertThat(kinds)
        .containsExactly("PeerAuthentication", "RequestAuthentication", "AuthorizationPolicy");
    JsonNode peer = json.path("resources").path(0).path("spec");
    assertThat(peer.path("portLevelMtls").path("8080").path("mode").asText())
        .isEqualTo("PERMISSIVE");
    assertThat(peer.path("selector").path("matchLabels").path("app").asText()).isEqualTo("web");
    JsonNode rule = json.path("resources").path(1).path("spec").path("jwtRules").path(0);
    assertThat(rule.path("forwardOriginalToken").asBoolean()).isTrue();
    assertThat(rule.path("audiences").path(0).asText()).isEqualTo("web");
    assertThat(rule.path("fromHeaders").path(0).path("name").asText()).isEqualTo("x-token");
    assertThat(rule.path("fromParams").path(0).asText()).isEqualTo("t");
    JsonNode deny = json.path("resources").path(2).path("spec");
    assertThat(deny.path("action").asText()).isEqualTo("DENY");
    assertThat(deny.at("/rules/0/from/0/source/notRequestPrincipals/0").asText())
        .isEqualTo("https://one.example/*");
    assertThat(deny.at("/rules/0/to/0/operation/notPaths").toString())
        .isEqualTo("[\"/health\",\"/pub/*\"]");
    assertThat(deny.at("/rules/0/to/0/operation/ports/0").asText()).isEqualTo("8080");

    Path result = Files.writeString(folder.resolve("new.yaml"), run.out());
    CommandRun again = CommandRun.of("convert", result);
    assertThat(again.code()).as("it is read again: " + again.err()).isZero();
    assertThat(again.err()).isEmpty();
    assertThat(again.out()).isEmpty();
  }

  @Test
  void everyDifferenceHasItsPlaceAndARemedy() throws IOException {
    CommandRun run =
        convert(
            SERVICE
                + policy(
                    """
                    targets: [{name: web, ports: [{number: 80}]}]
                    peers: [{mtls: {}}]
                    peerIsOptional: true
                    origins:
                    - jwt:
                        issuer: https://one.example
                        triggerRules: [{excludedPaths: [{regex: "/v[0-9]+"}]}]\
                    """)
                + mesh("origins: [{jwt: {issuer: https://two.example}}]"));
    assertThat(run.code()).as("differences are no failure").isZero();
    String file = folder.resolve("old.yaml").toString();
    assertThat(run.err().lines())
        .allMatch(line -> line.startsWith(file + ":") && line.contains("; "))
        .anyMatch(line -> line.contains(":13:20: difference SELECTOR spec.targets[0].name: "))
        .anyMatch(line -> line.contains("difference PORT spec.targets[0].ports[0]: "))
        .anyMatch(line -> line.contains("difference PEER_OPTIONAL spec.peerIsOptional: "))
        .anyMatch(line -> line.contains("difference PRINCIPAL spec.principalBinding: "))
        .anyMatch(
            line ->
                line.contains("difference MISSING_TOKEN spec.origins[0].jwt: ")
                    && line.contains("403"))
        .anyMatch(line -> line.contains("difference INVALID_TOKEN spec.origins[0].jwt: "))
        .anyMatch(line -> line.contains("excludedPaths[0].regex: ") && line.contains("no pattern"))
        .anyMatch(line -> line.contains("difference MERGED metadata.name: "));
    JsonNode first = CommandRun.of("convert", "-o", "json", file).answers().getFirst();
    JsonNode difference = first.path("differences").path(0);
    assertThat(difference.path("file").asText()).isEqualTo(file);
    assertThat(difference.path("line").asInt()).isPositive();
    assertThat(difference.path("kind").asText()).isEqualTo("merged");
    assertThat(difference.path("hint").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/pub/.*     | /pub/*",
        "^/pub/.*$   | /pub/*",
        ".*\\.css    | *.css",
        "/a\\.html   | /a.html",
      })
  void regularExpressionsThatAreOnlyPrefixesAndSuffixesAreWrittenAsSuch(String regex, String path)
      throws IOException {
    CommandRun run =
        convert(
            mesh(
                "origins: [{jwt: {issuer: https://a.example, triggerRules: [{includedPaths:"
                    + " [{regex: '"
                    + regex
                    + "'}]}]}}]"));
    assertThat(run.out()).contains("paths:").contains(path);
    assertThat(run.err()).doesNotContain("no pattern");
  }

  @Test
  void anOptionalOriginNeedsNoAuthorizationPolicy() throws IOException {
    CommandRun run =
        convert(mesh("origins: [{jwt: {issuer: https://a.example}}]\noriginIsOptional: true"));
    assertThat(run.out()).contains("RequestAuthentication").doesNotContain("AuthorizationPolicy");
    assertThat(run.err()).contains("difference ORIGIN_OPTIONAL spec.originIsOptional: ");
  }

  @Test
  void whatCannotBeConvertedEndsWithOneAndTheRestIsWritten() throws IOException {
    CommandRun run = convert(mesh("peers: [{mtls: {}}]") + policy("targets: [{name: gone}]"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("mode: STRICT");
    assertThat(run.err()).contains("error NOT_CONVERTED spec.targets[0].name: the Service a/gone");
    String named = SERVICE.replace("targetPort: 8080", "targetPort: main");
    assertThat(convert(named + policy("targets: [{name: web, ports: [{name: http}]}]")).code())
        .isEqualTo(1);
    assertThat(convert(named + policy("targets: [{name: web}]\npeers: [{mtls: {}}]")).out())
        .as("one policy for all ports needs no number")
        .contains("mode: STRICT")
        .doesNotContain("portLevelMtls");
  }

  @Test
  void errorsInTheInputEndWithOneAndWhatCannotBeReadWithTwo() throws IOException {
    assertThat(convert(mesh("peer: []")).code()).isEqualTo(1);
    assertThat(convert(mesh("peer: []")).out()).isEmpty();
    assertThat(CommandRun.of("convert", folder.resolve("missing.yaml")).code()).isEqualTo(2);
    assertThat(CommandRun.of("convert").code()).isEqualTo(2);
    assertThat(CommandRun.of("convert", "-o", "xml", "x").code()).isEqualTo(2);
  }

  private CommandRun convert(String yaml) throws IOException {
    return CommandRun.of("convert", Files.writeString(folder.resolve("old.yaml"), yaml));
  }

  private static String mesh(String spec) {
    return old("MeshPolicy", "{name: default}", spec);
  }

  private static String policy(String spec) {
    return old("Policy", "{name: p, namespace: a}", spec);
  }

  private static String old(String kind, String metadata, String spec) {
    return "---\napiVersion: authentication.istio.io/v1alpha1\nkind: %s\nmetadata: %s\nspec:\n"
            .formatted(kind, metadata)
        + spec.indent(2);
  }
}
