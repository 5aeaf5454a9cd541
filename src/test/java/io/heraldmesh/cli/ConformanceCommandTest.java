package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandTest {
  /** One path that stays as it is, which is a control, and one that does not. */
  private static final String PATHS =
      """
      {"cases": [
        {"id": "p1", "mode": "BASE", "raw": "/a", "normalized": "/a", "status": 200},
        {"id": "p2", "mode": "BASE", "raw": "/a/../b", "normalized": "%s", "status": 200}]}
      """;

  @TempDir Path folder;

  @Test
  void aFolderWithoutFailuresEndsWith0AndATableOfItsFiles() throws IOException {
    Files.writeString(folder.resolve("paths.json"), PATHS.formatted("/b"));
    CommandRun run = CommandRun.of("conformance", folder.toString());
    assertThat(run.code()).isZero();
    assertThat(run.out()).containsPattern("paths.json +2 +0 +0 +0 +1/1").contains("HOLDS");
  }

  @Test
  void aFailureEndsWith1AndIsNamed() throws IOException {
    Files.writeString(folder.resolve("paths.json"), PATHS.formatted("/c"));
    CommandRun run = CommandRun.of("conformance", folder.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("paths.json p2: forwards /b, expected /c").contains("FAILS: 1");
  }

  @Test
  void jsonIsOneObject() throws IOException {
    Files.writeString(folder.resolve("paths.json"), PATHS.formatted("/c"));
    CommandRun run = CommandRun.of("conformance", folder.toString(), "-o", "json");
    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.get("void").asBoolean()).isFalse();
    assertThat(report.get("holds").asBoolean()).isFalse();
    assertThat(report.get("total").get("failed").asInt()).isEqualTo(1);
    assertThat(report.get("files").get(0).get("notPassed").get(0).get("id").asText())
        .isEqualTo("p2");
  }

  @Test
  void aFileThatNobodyReadsIsAFailure() throws IOException {
    Files.writeString(folder.resolve("paths.json"), PATHS.formatted("/b"));
    Files.writeString(folder.resolve("strange.json"), "{\"cases\":[{\"drive\":\"me\"}]}");
    CommandRun run = CommandRun.of("conformance", folder.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("strange.json: not understood");
  }

  @Test
  void anUnknownWordInACaseIsAFailureAndNotAPass() throws IOException {
    Files.writeString(
        folder.resolve("paths.json"), PATHS.formatted("/b").replaceFirst("BASE", "NEWEST"));
    CommandRun run = CommandRun.of("conformance", folder.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("not understood: mode NEWEST").contains("VOID");
  }

  @Test
  void withoutTheFolderItSaysSoAndEndsWith3() {
    CommandRun run = CommandRun.of("conformance", folder.resolve("none").toString());
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("none is no folder");
    assertThat(run.out()).isEmpty();
  }
}
