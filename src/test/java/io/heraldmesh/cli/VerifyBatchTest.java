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
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code herald verify jwt} and {@code signature} on files of JSON lines. */
class VerifyBatchTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static ECKey key;
  private static String token;

  @TempDir private Path folder;
  private Path jwks;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void mint() throws JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
            new JWTClaimsSet.Builder()
                .issuer("me")
                .subject("alice")
                .expirationTime(Date.from(NOW.plusSeconds(100)))
                .build());
    jwt.sign(new ECDSASigner(key));
    token = jwt.serialize();
  }

  @BeforeEach
  void writeKeys() throws IOException {
    jwks = Files.writeString(folder.resolve("jwks.json"), new JWKSet(key).toString());
  }

  private Path batch(String... lines) throws IOException {
    return Files.write(folder.resolve("batch.jsonl"), List.of(lines));
  }

  private int signature(Path keys, Path batch) {
    return new CommandLine(new VerifySignatureCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(failure.getMessage());
              return failure instanceof UsageException ? 2 : 3;
            })
        .execute("--jwks", keys.toString(), "--batch", batch.toString());
  }

  private int jwt(KeySets keys, String... lines) throws IOException {
    JwtRule rule =
        new JwtRule(
            "me",
            List.of(),
            new KeySource.Remote("https://me/keys?a=b"),
            List.of(),
            List.of(),
            List.of(),
            false,
            null,
            List.of(),
            Set.of());
    TokenBatch question = new TokenBatch(List.of(rule), keys, Crypto.jdk(), () -> NOW);
    return new BatchFile(batch(lines), TokenBatch.FIELDS)
        .answer(question, new PrintWriter(out), ObjectNode::toString);
  }

  @Test
  void aGoodSignatureIsAcceptedWhateverTheClock() throws IOException {
    assertThat(signature(jwks, batch("{\"id\":\"1\",\"jws\":\"" + token + "\"}", ""))).isZero();
    assertThat(out.toString().strip()).isEqualTo("{\"id\":\"1\",\"accepted\":true,\"error\":null}");
  }

  @Test
  void aBadSignatureIsANo() throws IOException {
    String bad = token.substring(0, token.length() - 4) + "AAAA";
    assertThat(signature(jwks, batch("{\"id\":7,\"jws\":\"" + bad + "\"}"))).isEqualTo(1);
    assertThat(out.toString().strip())
        .isEqualTo("{\"id\":7,\"accepted\":false,\"error\":\"Jwt verification fails\"}");
  }

  @Test
  void aLineThatIsWrongIsAnsweredAndTheOthersToo() throws IOException {
    int code =
        signature(
            jwks,
            batch(
                "{\"id\":\"1\"}",
                "{\"id\":\"2\",\"jws\":5}",
                "{\"id\":\"3\",\"jws\":\"x\",\"jwt\":\"x\"}",
                "{\"jws\":\"x\"}",
                "{\"id\":\"5\",\"id\":\"6\",\"jws\":\"x\"}",
                "nonsense",
                "{\"id\":\"8\",\"jws\":\"" + token + "\"}"));
    assertThat(code).isEqualTo(2);
    assertThat(out.toString().lines())
        .containsExactly(
            "{\"id\":\"1\",\"error\":\"jws is missing\"}",
            "{\"id\":\"2\",\"error\":\"jws is not text\"}",
            "{\"id\":\"3\",\"error\":\"field jwt is unknown\"}",
            "{\"id\":null,\"error\":\"id is missing\"}",
            "{\"id\":null,\"error\":\"line is not JSON\"}",
            "{\"id\":null,\"error\":\"line is not JSON\"}",
            "{\"id\":\"8\",\"accepted\":true,\"error\":null}");
  }

  @Test
  void filesThatCannotBeReadAreWrongUsage() throws IOException {
    assertThat(signature(folder.resolve("none"), batch())).isEqualTo(2);
    assertThat(signature(jwks, folder.resolve("none"))).isEqualTo(2);
    Path garbage = Files.writeString(folder.resolve("garbage"), "{}");
    assertThat(signature(garbage, batch())).isEqualTo(2);
    assertThat(err.toString())
        .contains("none: there is no such file; name an existing file that this user may read")
        .contains("no list named keys")
        .doesNotContain("Exception");
  }

  @Test
  void aSingleKeyIsReadAsASetOfIt() throws IOException {
    Path one = Files.writeString(folder.resolve("key.json"), key.toPublicJWK().toString());
    assertThat(signature(one, batch("{\"id\":\"1\",\"jws\":\"" + token + "\"}"))).isZero();
  }

  @Test
  void everyJoseVectorIsJudgedAsItsAuthorsSay() throws IOException {
    JsonNode data = SharedData.json("attacks/wycheproof-jose.json");
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    for (Map.Entry<String, JsonNode> keys : data.get("keysets").properties()) {
      Path file = Files.writeString(folder.resolve("keys.json"), keys.getValue().toString());
      Map<String, String> expected = new LinkedHashMap<>();
      List<String> lines = new ArrayList<>();
      for (JsonNode vector : data.get("cases")) {
        if (vector.get("keyset").asText().equals(keys.getKey())) {
          expected.put(vector.get("id").asText(), vector.get("herald").asText());
          ObjectNode line = new ObjectMapper().createObjectNode();
          line.set("id", vector.get("id"));
          lines.add(line.set("jws", vector.get("token")).toString());
        }
      }
      for (JsonNode answer :
          CommandRun.of(
                  "verify",
                  "signature",
                  "--jwks",
                  file,
                  "--batch",
                  batch(lines.toArray(String[]::new)))
              .answers()) {
        boolean good = answer.get("accepted").asBoolean();
        accepted += good ? 1 : 0;
        if (good != "valid".equals(expected.remove(answer.get("id").asText()))) {
          wrong.add(answer.toString());
        }
      }
      wrong.addAll(expected.keySet());
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls").isGreaterThan(30);
  }

  /** RFC 7515, 7519, 7520: the signatures alone. */
  @Test
  void everyExampleOfTheRfcsIsJudgedAsItShouldBe() throws IOException {
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    for (JsonNode example : SharedData.json("attacks/jose-rfc.json").get("cases")) {
      Path file = Files.writeString(folder.resolve("key.json"), example.get("jwk").toString());
      ObjectNode line = new ObjectMapper().createObjectNode();
      line.set("id", example.get("id"));
      line.set("jws", example.get("token"));
      CommandRun run =
          CommandRun.of("verify", "signature", "--jwks", file, "--batch", batch(line.toString()));
      boolean good = run.code() == 0 && run.answers().getFirst().get("accepted").asBoolean();
      accepted += good ? 1 : 0;
      if (good != example.get("signature_only").asText().equals("valid")) {
        wrong.add(example.get("id") + " " + run.out() + run.err());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls").isGreaterThan(3);
  }

  @Test
  void aTokenIsJudgedAtTheTimeOfItsLine() throws IOException {
    KeySets keys = KeySetFiles.read(List.of("https://me/keys?a=b=" + jwks));
    int code =
        jwt(
            keys,
            "{\"id\":\"1\",\"token\":\"" + token + "\"}",
            "{\"id\":\"2\",\"token\":\"" + token + "\",\"now\":1900000000}",
            "{\"id\":\"3\",\"token\":\"" + token + "\",\"now\":\"soon\"}");
    assertThat(code).isEqualTo(2);
    List<String> answers = out.toString().lines().toList();
    assertThat(answers).hasSize(3);
    assertThat(answers.getFirst())
        .startsWith("{\"id\":\"1\",\"status\":200,\"error\":null,\"principal\":\"me/alice\",")
        .contains("\"claims\":{", "\"exp\":1800000100");
    assertThat(answers.get(1))
        .isEqualTo(
            "{\"id\":\"2\",\"status\":401,\"error\":\"Jwt is expired\",\"principal\":null,"
                + "\"claims\":null}");
    assertThat(answers.get(2))
        .isEqualTo("{\"id\":\"3\",\"error\":\"now is not a whole number of seconds\"}");
  }

  @Test
  void aKeySetThatIsNotGivenWasNeverFetched() throws IOException {
    KeySets keys = KeySetFiles.read(List.of("https://other/keys=" + jwks));
    assertThat(jwt(keys, "{\"id\":\"1\",\"token\":\"" + token + "\"}")).isEqualTo(1);
    assertThat(out.toString()).contains("\"status\":503");
  }
}
