package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code herald explain} on files: YAML and JSON lines in, one answer a line out. */
class ExplainCommandTest {
  private static final String LINE =
      """
      {"id":"1","workload":{"namespace":"foo","name":"httpbin","serviceAccount":"httpbin",
      "labels":{"app":"httpbin"}},"port":8000,"protocol":"http","tls":"mutual","sni":null,
      "source":{"principal":"cluster.local/ns/foo/sa/sleep","ip":"10.1.1.2","remoteIp":"10.1.1.2"},
      "destinationIp":"10.1.2.3","request":{"method":"GET","path":"/a/../ip?x=1",
      "host":"httpbin.foo:8000","headers":[["x-a","1"]]},"token":null,"now":1800000000}\
      """
          .replace("\n", "");
  private static final String POLICY =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: viewer, namespace: foo}
      spec:
        selector: {matchLabels: {app: httpbin}}
        rules:
        - from: [{source: {principals: [cluster.local/ns/foo/sa/sleep]}}]
          to: [{operation: {methods: [GET]}}]
      """;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writePolicy() throws IOException {
    Files.createDirectory(folder.resolve("policies"));
    Files.writeString(folder.resolve("policies/viewer.yaml"), POLICY);
  }

  @Test
  void anAllowedRequestSaysWhichRuleAllowedIt() throws IOException {
    assertThat(explain(LINE)).isZero();
    JsonNode answer = new ObjectMapper().readTree(out.toString());
    assertThat(answer.get("id").asText()).isEqualTo("1");
    assertThat(answer.get("decision").asText()).isEqualTo("allow");
    assertThat(answer.get("status").asInt()).isEqualTo(200);
    assertThat(answer.get("policy").asText()).isEqualTo("foo/viewer");
    assertThat(answer.get("rule").asInt()).isZero();
    assertThat(answer.get("path").asText()).isEqualTo("/ip");
    assertThat(answer.get("principal").asText()).isEqualTo("cluster.local/ns/foo/sa/sleep");
    assertThat(answer.get("upstreamHeaders").toString()).isEqualTo("{\"set\":[],\"remove\":[]}");
    assertThat(answer.get("dryRun")).isEmpty();
  }

  @Test
  void aDeniedRequestMakesTheExitCode1AndSaysWhatWasMissed() throws IOException {
    assertThat(explain(LINE.replace("\"GET\"", "\"POST\""))).isEqualTo(1);
    JsonNode answer = new ObjectMapper().readTree(out.toString());
    assertThat(answer.get("status").asInt()).isEqualTo(403);
    assertThat(answer.get("body").asText()).isEqualTo("RBAC: access denied");
    assertThat(answer.get("reason").asText()).isEqualTo("no_allow_matched");
    assertThat(answer.get("detail").asText())
        .contains("rule 0 of foo/viewer, which misses at to[0].operation.methods (GET)");
    assertThat(answer.get("policy").isNull()).isTrue();
    assertThat(answer.get("rule").isNull()).isTrue();
  }

  @Test
  void theFieldsThatDecidedAndTheNearestRuleAreNamed() throws IOException {
    explain(LINE, LINE.replace("\"GET\"", "\"POST\""));
    List<String> answers = out.toString().lines().toList();
    JsonNode allowed = new ObjectMapper().readTree(answers.get(0));
    assertThat(allowed.get("field").asText()).isEqualTo("from[0].source.principals");
    assertThat(allowed.get("fields").toString())
        .isEqualTo("[\"from[0].source.principals\",\"to[0].operation.methods\"]");
    assertThat(allowed.get("nearest").isNull()).isTrue();
    JsonNode denied = new ObjectMapper().readTree(answers.get(1));
    assertThat(denied.get("field").isNull()).isTrue();
    assertThat(denied.get("nearest").toString())
        .isEqualTo(
            "{\"policy\":\"foo/viewer\",\"rule\":0,\"field\":\"to[0].operation.methods\","
                + "\"misses\":[{\"field\":\"to[0].operation.methods\",\"expected\":\"GET\"}]}");
  }

  @Test
  void textIsForPeople() throws IOException {
    CommandRun run =
        CommandRun.of(
            "explain",
            "--policies",
            folder.resolve("policies"),
            "--batch",
            Files.write(
                folder.resolve("batch.jsonl"),
                List.of(LINE, LINE.replace("\"GET\"", "\"POST\""), "{\"id\":\"3\"}")),
            "-o",
            "text");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out())
        .contains(
            "1: allow 200: ALLOW policy foo/viewer matched with rule 0 by"
                + " from[0].source.principals, to[0].operation.methods\n"
                + "    path /ip\n"
                + "    caller cluster.local/ns/foo/sa/sleep\n",
            "1: deny 403: no rule of an ALLOW policy matched; nearest is rule 0 of foo/viewer",
            "3: error: source is missing\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x-real-ip|[[\"x-real-ip\",\"bad\"]]|200",
        "X-Forwarded-Proto|[[\"x-forwarded-proto\",\"bad\"]]|200",
        "x_real_ip|[[\"x_real_ip\",\"bad\"]]|200",
        "te|[[\"TE\",\"bad\"]]|200",
        "x-a|[[\"Connection\",\"close, X-A\"],[\"x-a\",\"bad\"]]|200",
        "cookie|[[\"Connection\",\"cookie\"],[\"cookie\",\"bad\"]]|403",
        "x-a|[[\"x-a\",\"bad\"]]|403",
        "upgrade|[[\"upgrade\",\"bad\"]]|403"
      })
  void headersThatProxiesTakeOffAreNotSeen(String name, String headers, int status)
      throws IOException {
    Files.writeString(
        folder.resolve("policies/bad.yaml"),
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: bad, namespace: foo}
        spec:
          action: DENY
          rules:
          - when: [{key: 'request.headers[NAME]', values: [bad]}]
        """
            .replace("NAME", name));
    explain(LINE.replace("[[\"x-a\",\"1\"]]", headers));
    JsonNode answer = new ObjectMapper().readTree(out.toString());
    assertThat(answer.get("status").asInt()).isEqualTo(status);
  }

  @Test
  void aTcpConnectionIsRefusedWithStatus0() throws IOException {
    String tcp =
        LINE.replaceAll("\"request\":.*\"token\":null", "\"token\":null")
            .replace("\"http\",\"tls\"", "\"tcp\",\"tls\"");
    assertThat(explain(tcp)).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(out.toString()).get("status").asInt()).isZero();
  }

  @Test
  void aKeySetThatWasNotGivenCountsAsNeverFetched() throws IOException {
    Files.writeString(
        folder.resolve("policies/jwt.yaml"),
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: jwt, namespace: foo}
        spec: {jwtRules: [{issuer: "https://idp.test", jwksUri: "https://idp.test/keys"}]}
        """);
    // {"alg":"ES256"} . {"iss":"https://idp.test","exp":1900000000} . any signature
    String token =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkcC50ZXN0IiwiZXhwIjoxOTAwMDAwMDAwfQ."
            + "A".repeat(86);
    assertThat(explain(LINE.replace("\"token\":null", "\"token\":\"" + token + "\""))).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(out.toString()).get("status").asInt()).isEqualTo(503);
    assertThat(out.toString()).doesNotContain(token);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"port\":8000,| |port is missing",
        "\"port\":8000|\"port\":\"8000\"|port is not 1 to 65535",
        "\"tls\":\"mutual\"|\"tls\":\"mtls\"|tls is not one of",
        "\"tls\":\"mutual\"|\"tls\":\"none\"|exactly when tls is mutual",
        "\"ip\":\"10.1.1.2\",| |ip is missing",
        "\"ip\":\"10.1.1.2\"|\"ip\":\"localhost\"|ip is not an IP address",
        "\"destinationIp\"|\"destIp\"|field destIp is unknown",
        "\"method\":\"GET\",| |method is missing",
        "\"method\"|\"metod\"|field request.metod is unknown",
        "[\"x-a\",\"1\"]|[\"x-a\"]|request.headers",
        "cluster.local/ns|cluster_!/ns|source.principal",
        "\"protocol\":\"http\"|\"protocol\":\"udp\"|protocol is not one of",
        "\"serviceAccount\":\"httpbin\",| |serviceAccount is missing",
        "\"now\":1800000000|\"now\":\"x\"|now is not",
        "\"now\":1800000000|\"now\":9223372036854775807|now is no time",
        "\"now\":1800000000|\"now\":-31557014167219201|now is no time",
        "{\"app\":\"httpbin\"}|[\"app\"]|workload.labels is not an object",
        "{\"app\":\"httpbin\"}|\"app\"|workload.labels is not an object",
        "{\"app\":\"httpbin\"}|null|workload.labels is not an object",
        "{\"app\":\"httpbin\"}|{\"app\":1}|workload.labels.app is not text",
        "\"namespace\":\"foo\"|\"namespace\":\"\"|workload.namespace is no name",
        "\"namespace\":\"foo\"|\"namespace\":\"a.b\"|workload.namespace is no name",
        "\"name\":\"httpbin\"|\"name\":\"\"|workload.name is no name",
        "\"name\":\"httpbin\"|\"name\":\"Http_bin\"|workload.name is no name",
        "[\"x-a\"|[\"\"|request.headers has a name",
        "[\"x-a\"|[\"x a\"|request.headers has a name",
        "[\"x-a\"|[\"x-a\\t\"|request.headers has a name",
        "[\"x-a\"|[\":path\"|request.headers names a pseudo header",
        "\"1\"]]|\"1\\r\\n\"]]|request.headers has a value",
        "\"1\"]]|\"1\\u0000\"]]|request.headers has a value",
        "[\"x-a\"|[\"Host\"|request.headers has another host",
      })
  void aLineThatLacksOrMisspellsSomethingIsAnErrorAndExitCode2(
      String from, String to, String message) throws IOException {
    String line = LINE.replace(from, to == null ? "" : to);
    assertThat(explain(line, LINE.replace("\"id\":\"1\"", "\"id\":\"2\""))).isEqualTo(2);
    List<String> answers = out.toString().lines().toList();
    JsonNode wrong = new ObjectMapper().readTree(answers.get(0));
    assertThat(wrong.properties()).hasSize(2);
    assertThat(wrong.get("error").asText()).contains(message);
    assertThat(answers.get(1)).contains("\"decision\":\"allow\"");
  }

  @Test
  void labelsMayBeLeftOutAndAHostHeaderMayRepeatTheHost() throws IOException {
    String line =
        LINE.replace(",\"labels\":{\"app\":\"httpbin\"}", "")
            .replace("[\"x-a\",\"1\"]", "[\"host\",\"HTTPBIN.foo:8000\"]");
    assertThat(explain(line)).isZero();
    assertThat(out.toString()).contains("\"reason\":\"allowed\"");
  }

  @Test
  void aLineThatIsNotUtf8IsAnErrorOfThatLine() throws IOException {
    Path batch = folder.resolve("batch.jsonl");
    byte[] wrong = LINE.replace("httpbin.foo", "ä").getBytes(StandardCharsets.ISO_8859_1);
    try (OutputStream lines = Files.newOutputStream(batch)) {
      lines.write(wrong);
      lines.write(("\r\n" + LINE).getBytes(StandardCharsets.UTF_8));
    }
    CommandRun run =
        CommandRun.of("explain", "--policies", folder.resolve("policies"), "--batch", batch);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out().lines().toList())
        .hasSize(2)
        .first()
        .isEqualTo("{\"id\":null,\"error\":\"line is not UTF-8\"}");
    assertThat(run.out()).contains("\"decision\":\"allow\"");
  }

  @Test
  void aBatchMayComeFromStandardInput() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(LINE.getBytes(StandardCharsets.UTF_8)));
    try {
      CommandRun run =
          CommandRun.of("explain", "--policies", folder.resolve("policies"), "--batch", "-");
      assertThat(run.code()).isZero();
      assertThat(run.out()).contains("\"decision\":\"allow\"");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aBatchThatCannotBeReadIsToldWithWhatToDo() {
    Path policies = folder.resolve("policies");
    CommandRun missing =
        CommandRun.of("explain", "--policies", policies, "--batch", folder.resolve("none"));
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err())
        .contains("none: there is no such file; name an existing file that this user may read")
        .doesNotContain("Exception");
    CommandRun directory = CommandRun.of("explain", "--policies", policies, "--batch", policies);
    assertThat(directory.code()).isEqualTo(2);
    assertThat(directory.err())
        .contains("policies: is a folder, not a file; name an existing file")
        .doesNotContain("Exception");
  }

  @Test
  void policiesWithErrorsAreToldAndDecideNothing() throws IOException {
    Files.writeString(folder.resolve("policies/bad.yaml"), POLICY.replace("rules:", "rulez:"));
    assertThat(explain(LINE)).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("bad.yaml:6", "HLD0101");
  }

  @Test
  void aFolderThatIsNotThereIsExitCode2() throws IOException {
    Files.delete(folder.resolve("policies/viewer.yaml"));
    Files.delete(folder.resolve("policies"));
    assertThat(explain(LINE)).isEqualTo(2);
  }

  private int explain(String... lines) throws IOException {
    Path batch = Files.write(folder.resolve("batch.jsonl"), List.of(lines));
    return new CommandLine(new ExplainCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(
            "--policies",
            folder.resolve("policies").toString(),
            "--batch",
            batch.toString(),
            "-o",
            "json");
  }
}
