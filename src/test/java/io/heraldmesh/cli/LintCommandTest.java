package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a script sees of {@code herald lint}. */
class LintCommandTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void cleanInputPrintsNothingAndEndsWithZero() throws IOException {
    assertThat(lint(file("good.yaml", "rules: [{}]"))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("0 error(s), 0 warning(s)");
  }

  @Test
  void aProblemIsPrintedWithPlaceCodeFieldAndRemedy() throws IOException {
    String file = file("bad.yaml", "action: deny");
    assertThat(lint(file)).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            file
                + ":5:11: error HLD0104 spec.action: unknown value \"deny\"; "
                + "did you mean DENY? (one of ALLOW, DENY, AUDIT, CUSTOM)\n");
  }

  @Test
  void warningsAloneEndWithZero() throws IOException {
    String file = file("warn.yaml", "rules: [{to: [{operation: {methods: [get]}}]}]");
    assertThat(lint(file)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(": warning HLD0506 ");
  }

  @Test
  void whatCannotBeReadEndsWithTwoAndIsInTheJson() throws IOException {
    assertThat(lint("-o", "json", folder.resolve("missing.yaml").toString())).isEqualTo(2);
    JsonNode problem = problems().path(0);
    assertThat(problem.path("code").asText()).isEqualTo("HLD0001");
    assertThat(problem.path("file").asText()).endsWith("missing.yaml");
  }

  @Test
  void anEmptyNameIsNoPath() {
    assertThat(lint("")).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("error HLD0001: the name is empty");
  }

  @Test
  void aFileThatIsNamedTwiceIsReadOnce() throws IOException {
    String file = file("good.yaml", "rules: [{}]");
    assertThat(lint(file, file, folder.resolve("./good.yaml").toString(), folder.toString()))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aNameOfAFileCannotForgeALine() throws IOException {
    assertThat(lint(file("a\n\u001b[2Jb.yaml", "action: deny"))).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("a<U+000A><U+001B>[2Jb.yaml:5:11: error HLD0104")
        .hasLineCount(1);
  }

  @Test
  void aDeviceIsNoFile() {
    assertThat(lint("/dev/zero")).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("/dev/zero:1:1: error HLD0001");
  }

  @Test
  void jsonHasEveryFieldOfTheContract() throws IOException {
    assertThat(lint("-o", "json", file("bad.yaml", "action: DENNY"))).isEqualTo(1);
    JsonNode problem = problems().path(0);
    assertThat(problem.path("line").asInt()).isEqualTo(5);
    assertThat(problem.path("column").asInt()).isEqualTo(11);
    assertThat(problem.path("level").asText()).isEqualTo("error");
    assertThat(problem.path("field").asText()).isEqualTo("spec.action");
    assertThat(problem.path("message").asText()).contains("DENNY");
    assertThat(problem.path("hint").asText()).contains("DENY");
  }

  @Test
  void jsonOfCleanInputIsAnEmptyList() throws IOException {
    assertThat(lint("-o", "json", file("good.yaml", "rules: [{}]"))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"problems\":[]}\n");
  }

  @Test
  void wrongUsageEndsWithTwo() {
    assertThat(lint()).isEqualTo(2);
    assertThat(lint("-o", "xml", "x")).isEqualTo(2);
  }

  @Test
  void aDashIsStandardInput() throws IOException {
    Path bad = Path.of(file("bad.yaml", "action: deny"));
    assertThat(lintOf(Files.readAllBytes(bad), "-")).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("(standard input):5:11: error HLD0104 spec.action");
    out.reset();
    Path good = Path.of(file("good.yaml", "rules: [{}]"));
    assertThat(lintOf(Files.readAllBytes(good), "-")).isZero();
    assertThat(lintOf(Files.readAllBytes(good), "-", good.toString()))
        .as("the same resource twice, so that both are one set")
        .isEqualTo(1);
    out.reset();
    assertThat(lintOf(new byte[0], "-")).as("nothing").isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("warning HLD0015");
    out.reset();
    assertThat(lintOf(new byte[] {(byte) 0xff}, "-")).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("error HLD0003");
  }

  private int lintOf(byte[] input, String... arguments) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input));
    try {
      return lint(arguments);
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void anEmptyFolderIsAWarning() throws IOException {
    assertThat(lint(Files.createDirectory(folder.resolve("none")).toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("warning HLD0015");
  }

  private int lint(String... arguments) {
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new CommandLine(new LintCommand(outStream, errStream))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .execute(arguments);
  }

  private JsonNode problems() throws IOException {
    return new ObjectMapper().readTree(out.toByteArray()).path("problems");
  }

  private String file(String name, String spec) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(
        file,
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: p, namespace: a}
        spec:
          %s
        """
            .formatted(spec));
    return file.toString();
  }
}
