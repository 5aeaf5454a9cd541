package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.node.BadYamlCases;
import io.heraldmesh.node.BadYamlCases.Case;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every shared case of bad YAML through {@code herald lint}: exit code, text and JSON. */
class BadYamlLintTest {
  /** Processor time, so that a busy machine does not count. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final Pattern LINE =
      Pattern.compile(
          "(?<file>.+):(?<line>[0-9]+):(?<column>[0-9]+): (?<level>error|warning) HLD[0-9]{4}"
              + "(?: (?<field>[^:]\\S*?))?: (?<message>.+); (?<hint>.+)");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyCaseIsAnsweredAtItsPlace() {
    assertThat(BadYamlCases.all()).hasSizeGreaterThan(50);
    return BadYamlCases.all().stream().map(c -> DynamicTest.dynamicTest(c.id(), () -> check(c)));
  }

  private void check(Case c) throws IOException {
    Path file = Files.write(folder.resolve("policy.yaml"), c.content());
    Run text = lint(file.toString());
    Run json = lint("-o", "json", file.toString());
    assertThat(json.code()).isEqualTo(text.code());
    List<JsonNode> problems = problems(json);
    List<Matcher> lines = text.out().lines().map(BadYamlLintTest::parsed).toList();
    assertThat(lines).hasSameSizeAs(problems);
    boolean told =
        lines.stream()
            .anyMatch(
                l ->
                    l.group("file").equals(file.toString())
                        && c.isAt(Integer.parseInt(l.group("line")), orEmpty(l.group("field"))));
    boolean inJson =
        problems.stream().anyMatch(p -> c.isAt(p.path("line").asInt(), p.path("field").asText()));
    switch (c.expect()) {
      case "accept" -> {
        assertThat(text.code()).isZero();
        assertThat(text.out()).isEmpty();
      }
      case "reject" -> {
        assertThat(text.code()).isEqualTo(1);
        assertThat(told && inJson).as(text.out()).isTrue();
      }
      case "reject-or-warn" -> assertThat(told && inJson).as(text.out()).isTrue();
      case "reject-or-accept" -> assertThat(text.code()).isBetween(0, 1);
      default -> throw new IllegalStateException("unknown expectation: " + c.expect());
    }
  }

  @Test
  void aFileThatIsTooLargeIsRefusedByItsSizeInNoTime() throws IOException {
    byte[] comments = new byte[64 << 20];
    Arrays.fill(comments, (byte) '#');
    Path file = Files.write(folder.resolve("large.yaml"), comments);
    Run run = lint(file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("large.yaml:1:1: error HLD0002", "limit of 4194304 bytes");
  }

  @Test
  void tenThousandPoliciesInOneFileTakeSeconds() throws IOException {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      yaml.append("---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n")
          .append("metadata: {name: p" + i + ", namespace: a}\nspec:\n  rules:\n")
          .append("  - to: [{operation: {paths: [/p" + i + "]}}]\n");
    }
    Path file = Files.writeString(folder.resolve("many.yaml"), yaml);
    long since = THREADS.getCurrentThreadCpuTime();
    Run run = lint(file.toString());
    assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - since))
        .isLessThan(Duration.ofSeconds(10));
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isZero();
  }

  @Test
  void whatCannotBeReadIsNamedAndEndsWithTwo() throws IOException {
    assertThat(lint("/dev/zero").code()).isEqualTo(2);
    assertThat(lint(folder.resolve("none.yaml").toString()).out()).contains("none.yaml:1:1: error");
    Path secret = Files.writeString(folder.resolve("secret.yaml"), "a: b\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(secret), "this user may read every file, not run");
    assertThat(lint(secret.toString()).code()).isEqualTo(2);
    assertThat(lint(folder.toString()).out()).contains("secret.yaml:1:1: error HLD0001");
  }

  @Test
  void foldersLinksAndOtherEndingsAreFollowedAndLoopsEnd() throws IOException {
    String bad = "apiVersion: v1\nkind: service\n";
    Path below = Files.createDirectories(folder.resolve("set/below.yaml"));
    Files.writeString(below.resolve("one.yml"), bad);
    Files.writeString(below.resolve("two.json"), "{\"apiVersion\":\"v1\",\"kind\":\"service\"}");
    Files.writeString(below.resolve("notes.txt"), bad);
    Files.writeString(below.resolve(".hidden.yaml"), bad);
    Files.createSymbolicLink(below.resolve("loop"), folder.resolve("set"));
    Files.writeString(folder.resolve("target"), bad);
    Files.createSymbolicLink(below.resolve("link.yaml"), folder.resolve("target"));
    Files.createSymbolicLink(below.resolve("gone.yaml"), folder.resolve("nothing"));
    Run run = lint(folder.resolve("set").toString());
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out())
        .contains("one.yml:2:7", "two.json:1:", "link.yaml:2:7", "gone.yaml:1:1")
        .doesNotContain("notes", "hidden");
    assertThat(lint(folder.resolve("target").toString()).code()).isEqualTo(1);
  }

  private record Run(int code, String out) {}

  private static Run lint(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code =
        new CommandLine(new LintCommand(stream, new PrintStream(new ByteArrayOutputStream(), true)))
            .execute(arguments);
    return new Run(code, out.toString(StandardCharsets.UTF_8));
  }

  private static List<JsonNode> problems(Run json) throws IOException {
    JsonNode list = new ObjectMapper().readTree(json.out()).path("problems");
    assertThat(list.isArray()).isTrue();
    List<JsonNode> problems = new ArrayList<>();
    for (JsonNode problem : list) {
      List<String> names =
          StreamSupport.stream(((Iterable<String>) problem::fieldNames).spliterator(), false)
              .toList();
      assertThat(names)
          .containsExactly("file", "line", "column", "level", "code", "field", "message", "hint");
      problems.add(problem);
    }
    return problems;
  }

  private static Matcher parsed(String line) {
    Matcher matcher = LINE.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return matcher;
  }

  private static String orEmpty(@Nullable String field) {
    return field == null ? "" : field;
  }
}
