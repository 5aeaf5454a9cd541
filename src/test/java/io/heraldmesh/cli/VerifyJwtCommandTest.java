package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heraldmesh.AttackTokens;
import io.heraldmesh.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code herald verify jwt}: YAML and JSON lines in, one verdict a line out. */
class VerifyJwtCommandTest {
  private static final String KEYS = "https://idp.test/keys";
  private static ECKey key;

  @TempDir private Path folder;
  private Path policies;
  private Path jwks;

  @BeforeAll
  static void generate() throws JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
  }

  @BeforeEach
  void writeFiles() throws IOException {
    policies = Files.createDirectory(folder.resolve("policies"));
    jwks = Files.writeString(folder.resolve("jwks.json"), new JWKSet(key).toString());
    policy(
        "remote", "{issuer: \"https://idp.test\", jwksUri: \"" + KEYS + "\", audiences: [orders]}");
  }

  @Test
  void aTokenOfARuleIsAcceptedWithItsPrincipalAndClaims() throws Exception {
    CommandRun run = verify(line("1", token("https://idp.test", "orders")), KEYS + "=" + jwks);
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode answer = run.answers().getFirst();
    assertThat(answer.get("id").asText()).isEqualTo("1");
    assertThat(answer.get("status").asInt()).isEqualTo(200);
    assertThat(answer.get("error").isNull()).isTrue();
    assertThat(answer.get("principal").asText()).isEqualTo("https://idp.test/alice");
    assertThat(answer.get("claims").get("aud").asText()).isEqualTo("orders");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aTokenForAnotherAudienceIs403AndOfAnotherIssuer401() throws Exception {
    CommandRun run =
        verify(
            line("1", token("https://idp.test", "stock"))
                + "\n"
                + line("2", token("https://evil.test", "orders")),
            KEYS + "=" + jwks);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.answers()).extracting(a -> a.get("status").asInt()).containsExactly(403, 401);
    assertThat(run.answers()).allMatch(a -> a.get("principal").isNull());
  }

  @Test
  void theRulesOfAllPoliciesCountWhateverTheySelect() throws Exception {
    policy("inline", "{issuer: me, jwks: '" + new JWKSet(key.toPublicJWK()) + "'}");
    CommandRun run =
        verify(
            line("1", token("me", "any")) + "\n" + line("2", token("https://idp.test", "orders")),
            KEYS + "=" + jwks);
    assertThat(run.code()).as(run.out()).isZero();
  }

  @Test
  void withoutItsKeySetTheAnswerIs503() throws Exception {
    CommandRun run = verify(line("1", token("https://idp.test", "orders")), null);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.answers().getFirst().get("status").asInt()).isEqualTo(503);
  }

  @Test
  void aKeySetThatNoRuleNamesIsPointedOut() throws Exception {
    CommandRun run = verify(line("1", token("https://idp.test", "orders")), "https://x=" + jwks);
    assertThat(run.err()).contains("--jwks https://x: no rule has it");
  }

  @Test
  void aLineThatLacksOrMisspellsSomethingIsAnErrorAndExitCode2() throws Exception {
    String good = line("9", token("https://idp.test", "orders"));
    CommandRun run =
        verify(
            "{\"id\":\"1\"}\n"
                + good.replace("\"token\"", "\"jwt\"")
                + "\n"
                + good.replace("1800000000", "null")
                + "\n"
                + good,
            KEYS + "=" + jwks);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out().lines().limit(3))
        .containsExactly(
            "{\"id\":\"1\",\"error\":\"token is missing\"}",
            "{\"id\":\"9\",\"error\":\"field jwt is unknown\"}",
            "{\"id\":\"9\",\"error\":\"now is not a whole number of seconds\"}");
    assertThat(run.answers().getLast().get("status").asInt()).isEqualTo(200);
  }

  @Test
  void policiesWithErrorsDecideNothing() throws Exception {
    policy("bad", "{isuer: me}");
    CommandRun run = verify(line("1", "x"), null);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("bad.yaml", "isuer");
  }

  @Test
  void filesThatCannotBeReadAreExitCode2() throws Exception {
    assertThat(verify("", KEYS + "=" + folder.resolve("none")).code()).isEqualTo(2);
    policies = folder.resolve("none");
    assertThat(verify("", null).code()).isEqualTo(2);
    assertThat(CommandRun.of("verify", "jwt").code()).isEqualTo(2);
    assertThat(CommandRun.of("verify").code()).isEqualTo(2);
  }

  @Test
  void everyKnownAttackIsRefusedAndEveryControlAccepted() throws Exception {
    JsonNode data = SharedData.json("attacks/jwt-attacks.json");
    JsonNode config = data.get("config");
    String audience = config.get("audiences").get(0).asText();
    Files.delete(policies.resolve("remote.yaml"));
    ObjectNode weak = config.get("jwks").deepCopy();
    config.get("extra_weak_keys").forEach(k -> weak.withArray("keys").add(k));
    policy("a", inline(config.get("issuer").asText(), weak, audience));
    policy("b", inline(config.get("issuer_b").asText(), config.get("jwks_b"), audience));
    StringBuilder lines = new StringBuilder();
    for (JsonNode attack : data.get("cases")) {
      ObjectNode line = new ObjectMapper().createObjectNode();
      line.set("id", attack.get("id"));
      line.put("token", AttackTokens.token(attack.get("token"), data.get("signing_keys_pem")));
      line.set("now", attack.has("now") ? attack.get("now") : data.get("now_default"));
      lines.append(line).append('\n');
    }

    CommandRun run = verify(lines.toString(), null);

    assertThat(run.code()).as(run.err()).isEqualTo(1);
    List<JsonNode> answers = run.answers();
    assertThat(answers).hasSize(data.get("cases").size());
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    for (int i = 0; i < answers.size(); i++) {
      JsonNode attack = data.get("cases").get(i);
      String expected = attack.get("expect").asText();
      boolean good = answers.get(i).get("status").asInt() == 200;
      accepted += good ? 1 : 0;
      if (!answers.get(i).get("id").equals(attack.get("id"))
          || !expected.equals("either") && good != expected.equals("accept")) {
        wrong.add(answers.get(i).toString());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls").isGreaterThan(5);
  }

  private static String inline(String issuer, JsonNode keys, String audience) {
    return "{issuer: \"%s\", audiences: [\"%s\"], jwks: '%s'}".formatted(issuer, audience, keys);
  }

  private void policy(String name, String rule) throws IOException {
    Files.writeString(
        policies.resolve(name + ".yaml"),
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: %s, namespace: %s}
        spec:
          selector: {matchLabels: {app: %s}}
          jwtRules:
          - %s
        """
            .formatted(name, name, name, rule));
  }

  private CommandRun verify(String lines, @Nullable String keySet) throws IOException {
    Path batch = Files.writeString(folder.resolve("batch.jsonl"), lines);
    List<Object> arguments =
        new ArrayList<>(List.of("verify", "jwt", "--policies", policies, "--batch", batch));
    if (keySet != null) {
      arguments.addAll(List.of("--jwks", keySet));
    }
    return CommandRun.of(arguments.toArray());
  }

  private static String line(String id, String token) {
    return "{\"id\":\"%s\",\"token\":\"%s\",\"now\":1800000000}".formatted(id, token);
  }

  private static String token(String issuer, String audience) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
            new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject("alice")
                .audience(audience)
                .expirationTime(Date.from(Instant.ofEpochSecond(1_800_000_100)))
                .build());
    jwt.sign(new ECDSASigner(key));
    return jwt.serialize();
  }
}
