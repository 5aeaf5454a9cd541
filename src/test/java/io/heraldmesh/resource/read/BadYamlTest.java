package io.heraldmesh.resource.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The shared cases of bad YAML: each is refused or warned of at its line and field. */
class BadYamlTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyCaseIsAnsweredAtItsLineAndField() {
    JsonNode cases = SharedData.json("attacks/yaml-bad.json").path("cases");
    assertThat(cases.size()).isGreaterThan(50);
    // Cases with "gen" are about files and folders; ResourceFilesTest and FolderSourceTest make
    // them.
    return Stream.iterate(0, i -> i < cases.size(), i -> i + 1)
        .map(cases::get)
        .filter(c -> !c.has("gen"))
        .map(c -> DynamicTest.dynamicTest(c.path("id").asText(), () -> check(c)));
  }

  private void check(JsonNode c) throws IOException {
    Path file = folder.resolve("policy.yaml");
    Files.write(
        file,
        c.has("input_b64")
            ? Base64.getDecoder().decode(c.path("input_b64").asText())
            : c.path("input").asText().getBytes(StandardCharsets.UTF_8));
    Resources read = ResourceReader.read(List.of(file));
    List<Problem> errors = read.problems().errors();
    List<Problem> all = read.problems().all();
    switch (c.path("expect").asText()) {
      case "accept" -> {
        assertThat(all).isEmpty();
        assertThat(read.all()).isNotEmpty();
      }
      case "reject" -> {
        assertThat(errors).isNotEmpty();
        assertThat(errors).anyMatch(p -> isAt(p, c));
      }
      case "reject-or-warn" -> assertThat(all).anyMatch(p -> isAt(p, c));
      case "reject-or-accept" -> {}
      default -> throw new IllegalStateException("unknown expectation: " + c.path("expect"));
    }
  }

  private boolean isAt(Problem problem, JsonNode c) {
    return problem.at().file().endsWith("policy.yaml")
        && (!c.has("line") || Math.abs(problem.at().line() - c.path("line").asInt()) <= 1)
        && (!c.has("field") || problem.at().field().equals(c.path("field").asText()));
  }
}
