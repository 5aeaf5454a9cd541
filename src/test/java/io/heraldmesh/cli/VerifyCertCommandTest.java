package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.ForgedChains;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code herald verify cert}: chains in JSON lines in, one verdict a line out. */
class VerifyCertCommandTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final TestAuthority AUTHORITY = new TestAuthority(() -> NOW);
  private static final TestAuthority STRANGER = new TestAuthority(() -> NOW);
  private static final SpiffeId ALICE = SpiffeId.workload(TestAuthority.TD, "a", "alice");
  private static final String CHAIN =
      new CertificateChain(AUTHORITY.chain(ALICE, TestAuthority.keys(), Duration.ofHours(1))).pem();

  @TempDir private Path folder;
  private @Nullable Path bundle;

  @BeforeEach
  void writeBundle() throws IOException {
    bundle = Files.writeString(folder.resolve("bundle.pem"), roots(AUTHORITY));
  }

  @ParameterizedTest
  @CsvSource({"client", "server"})
  void aChainToTheRootsGivesItsIdentity(String role) throws IOException {
    CommandRun run = verify(line().put("role", role));
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out().strip())
        .isEqualTo(
            "{\"id\":\"1\",\"accepted\":true,\"identity\":\"spiffe://mesh.test/ns/a/sa/alice\","
                + "\"error\":null}");
  }

  @Test
  void textIsOneLineForPeople() throws IOException {
    CommandRun run =
        cert(
            "--trust-domain",
            "mesh.test",
            "--bundle",
            Objects.requireNonNull(bundle),
            "--batch",
            Files.writeString(folder.resolve("batch.jsonl"), line().put("id", "a b").toString()),
            "-o",
            "text");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out().strip())
        .isEqualTo("\"a b\": accepted=true identity=spiffe://mesh.test/ns/a/sa/alice");
  }

  @Test
  void theExpectedIdentityIsAcceptedAndAnotherIsNot() throws IOException {
    assertThat(verify(line().put("expected", ALICE.toString())).code()).isZero();
    CommandRun run = verify(line().put("expected", "spiffe://mesh.test/ns/a/sa/bob"));
    assertThat(run.code()).isEqualTo(1);
    JsonNode answer = run.answers().getFirst();
    assertThat(answer.get("accepted").asBoolean()).isFalse();
    assertThat(answer.get("identity").asText()).isEqualTo(ALICE.toString());
    assertThat(answer.get("error").asText()).contains("not the expected");
  }

  @Test
  void aChainIsJudgedAtTheTimeOfItsLine() throws IOException {
    CommandRun run = verify(line().put("now", NOW.plusSeconds(7200).getEpochSecond()));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.answers().getFirst().get("error").asText()).startsWith("EXPIRED: ");
    assertThat(run.answers().getFirst().get("identity").isNull()).isTrue();
  }

  @Test
  void withoutATimeTheClockCounts() throws IOException {
    ObjectNode line = line();
    line.remove("now");
    JsonNode answer = verify(line).answers().getFirst();
    assertThat(answer.get("accepted").asBoolean()).isFalse();
    assertThat(answer.get("error").asText()).startsWith("NOT_YET_VALID: ");
  }

  @Test
  void theRootsOfALineAreTheOnlyOnes() throws IOException {
    CommandRun run =
        verify(
            line().put("bundle", roots(STRANGER)),
            line().put("bundle", roots(AUTHORITY)),
            bundles(line(), Map.of("other.test", roots(AUTHORITY))),
            bundles(line(), Map.of("other.test", roots(STRANGER), "mesh.test", roots(AUTHORITY))));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.answers())
        .extracting(a -> a.get("accepted").asBoolean())
        .containsExactly(false, true, false, true);
    assertThat(run.answers().get(0).get("error").asText()).startsWith("UNTRUSTED: ");
    assertThat(run.answers().get(2).get("error").asText()).startsWith("UNKNOWN_TRUST_DOMAIN: ");
  }

  @Test
  void withoutABundleEachLineMustBringItsOwn() throws IOException {
    bundle = null;
    assertThat(verify(line().put("bundle", roots(AUTHORITY))).code()).isZero();
    CommandRun run = verify(line());
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).contains("bundle is missing");
  }

  @Test
  void aChainThatIsNoneIsRefused() throws IOException {
    CommandRun run = verify(line().put("chain", "nonsense"), line().put("chain", ""));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.answers()).allMatch(a -> a.get("error").asText().startsWith("MALFORMED: "));
  }

  @ParameterizedTest
  @CsvSource({
    "role,peer,role is not one of",
    "role,,role is missing",
    "chain,,chain is missing",
    "expected,alice,expected is not a SPIFFE ID",
    "bundle,nonsense,bundle of mesh.test",
    "now,soon,now is not",
    "chian,x,field chian is unknown",
  })
  void aLineThatLacksOrMisspellsSomethingIsAnErrorAndExitCode2(
      String field, String value, String message) throws IOException {
    ObjectNode line = line();
    if (value == null) {
      line.remove(field);
    } else {
      line.put(field, value);
    }
    CommandRun run = verify(line, line());
    assertThat(run.code()).isEqualTo(2);
    JsonNode wrong = run.answers().getFirst();
    assertThat(wrong.properties()).hasSize(2);
    assertThat(wrong.get("error").asText()).contains(message);
    assertThat(run.answers().getLast().get("accepted").asBoolean()).isTrue();
  }

  @Test
  void bundlesThatAreNoneAreErrors() throws IOException {
    CommandRun run =
        verify(
            line().put("bundles", "x"),
            bundles(line(), Map.of()),
            bundles(line(), Map.of("not a domain", roots(AUTHORITY))),
            bundles(line(), Map.of("a.test", roots(AUTHORITY), "A.test", roots(AUTHORITY))),
            bundles(line().put("bundle", roots(AUTHORITY)), Map.of("a.test", roots(AUTHORITY))));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.answers()).allMatch(a -> a.get("error").asText().contains("bundles"));
    assertThat(run.answers()).noneMatch(a -> a.has("accepted"));
  }

  @Test
  void optionsThatMakeNoSenseAreExitCode2() throws IOException {
    Path batch = Files.writeString(folder.resolve("batch"), line().toString());
    Path broken = Files.writeString(folder.resolve("broken"), "x");
    Path good = Files.writeString(folder.resolve("good"), roots(AUTHORITY));
    for (Path roots : List.of(broken, folder.resolve("none"))) {
      assertThat(cert("--trust-domain", "mesh.test", "--bundle", roots, "--batch", batch).code())
          .isEqualTo(2);
    }
    CommandRun run = cert("--trust-domain", "mesh test", "--bundle", good, "--batch", batch);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--trust-domain");
  }

  @Test
  void everyKnownAttackIsRefusedAndEveryControlAccepted() throws IOException {
    JsonNode data = SharedData.json("attacks/spiffe-certs.json");
    // What certificates alone cannot say: who holds the key, and what was revoked.
    Set<String> notHere = Set.of("cert-wrong-key", "cert-revoked");
    List<ObjectNode> lines = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (JsonNode attack : data.get("cases")) {
      String side = attack.get("side").asText();
      for (String role : side.equals("both") ? List.of("client", "server") : List.of(side)) {
        if (notHere.contains(attack.get("id").asText())) {
          continue;
        }
        ObjectNode line = json().put("id", attack.get("id").asText() + " " + role);
        line.put("role", role).set("chain", attack.get("chain"));
        JsonNode trust = data.get("bundles").get(attack.get("trust").asText());
        line.set(trust.isTextual() ? "bundle" : "bundles", trust);
        lines.add(line.put("now", NOW.getEpochSecond()));
        expected.add(
            attack.get("expect").asText().equals("accept")
                ? attack.get("identity").asText()
                : attack.get("expect").asText());
      }
    }

    bundle = null;
    CommandRun run = verify(lines.toArray(ObjectNode[]::new));

    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.answers()).hasSize(lines.size());
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      JsonNode answer = run.answers().get(i);
      String outcome =
          answer.get("accepted").asBoolean() ? answer.get("identity").asText() : "reject";
      if (!expected.get(i).equals("either") && !expected.get(i).equals(outcome)) {
        wrong.add(answer.toString());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(expected.stream().filter(e -> e.startsWith("spiffe:"))).hasSizeGreaterThan(15);
  }

  @Test
  void everyForgedChainIsRefusedAndEveryGoodOneKnownByItsName() throws IOException {
    Map<String, String> roots =
        ForgedChains.bundle().roots().keySet().stream()
            .collect(Collectors.toMap(TrustDomain::name, ForgedChains.bundle()::pem));
    List<ForgedChains.Forged> chains = ForgedChains.all();
    List<ObjectNode> lines = new ArrayList<>();
    for (ForgedChains.Forged forged : chains) {
      for (String role : List.of("client", "server")) {
        ObjectNode line =
            json().put("id", forged + " " + role).put("role", role).put("chain", forged.pem());
        lines.add(bundles(line.put("now", TestCertificate.NOW.getEpochSecond()), roots));
      }
    }

    bundle = null;
    CommandRun run = verify(lines.toArray(ObjectNode[]::new));

    assertThat(run.code()).as(run.err()).isEqualTo(1);
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      JsonNode answer = run.answers().get(i);
      boolean good = chains.get(i / 2).good();
      boolean right =
          answer.get("accepted").asBoolean() == good
              && answer.get("identity").asText("").equals(good ? ForgedChains.ID : "")
              && answer.get("error").asText("").chars().allMatch(c -> c >= ' ');
      if (!right) {
        wrong.add(answer.toString());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static ObjectNode line() {
    return json()
        .put("id", "1")
        .put("chain", CHAIN)
        .put("role", "client")
        .put("now", NOW.getEpochSecond());
  }

  private static ObjectNode bundles(ObjectNode line, Map<String, String> pems) {
    ObjectNode bundles = line.putObject("bundles");
    pems.forEach(bundles::put);
    return line;
  }

  private static String roots(TestAuthority authority) {
    return authority.bundle().pem(TestAuthority.TD);
  }

  private CommandRun verify(ObjectNode... lines) throws IOException {
    Path batch =
        Files.write(
            folder.resolve("batch.jsonl"), List.of(lines).stream().map(Object::toString).toList());
    return bundle == null
        ? cert("--trust-domain", "mesh.test", "--batch", batch)
        : cert("--trust-domain", "mesh.test", "--bundle", bundle, "--batch", batch);
  }

  private static CommandRun cert(Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("verify", "cert"));
    arguments.addAll(List.of(options));
    return CommandRun.of(arguments.toArray());
  }

  private static ObjectNode json() {
    return new ObjectMapper().createObjectNode();
  }
}
