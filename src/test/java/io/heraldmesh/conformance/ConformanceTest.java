package io.heraldmesh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the report promises, with a corpus whose cases say themselves how they come out. */
class ConformanceTest {
  @TempDir Path folder;

  /** Cases {@code {"id","class","expect","actual"}}: true is accepted. */
  private static final class Scripted implements Corpus {
    @Override
    public boolean reads(DataFile file) {
      return file.hasList("cases", "id", "expect", "actual");
    }

    @Override
    public void run(DataFile file, Cases cases) {
      file.json()
          .get("cases")
          .forEach(
              c ->
                  cases.judge(
                      c.get("id").asText(),
                      c.path("class").asText("some"),
                      c.get("expect").asBoolean(),
                      () ->
                          c.has("throw")
                              ? fail()
                              : Outcome.accepted(
                                  c.get("expect").asBoolean(), c.get("actual").asBoolean(), "")));
    }

    private static Outcome fail() {
      throw new IllegalStateException("boom");
    }
  }

  @Test
  void whatComesOutAsExpectedPasses() throws IOException {
    write("a.json", row("x", true, true), row("y", false, false));
    Report report = run();
    assertThat(report.count(Verdict.PASSED)).isEqualTo(2);
    assertThat(report.holds()).isTrue();
    assertThat(ReportText.of(report)).contains("HOLDS");
  }

  @Test
  void acceptingWhatMustBeRefusedFails() throws IOException {
    write("a.json", row("x", true, true), row("y", false, true));
    Report report = run();
    assertThat(report.count(Verdict.FAILED)).isEqualTo(1);
    assertThat(report.isVoid()).isFalse();
    assertThat(report.holds()).isFalse();
    assertThat(ReportText.of(report)).contains("FAILS: 1").contains("a.json y:");
  }

  @Test
  void aControlThatIsRefusedMakesTheRunVoid() throws IOException {
    write("a.json", row("x", true, false), row("y", false, false));
    Report report = run();
    assertThat(report.isVoid()).isTrue();
    assertThat(report.holds()).isFalse();
    assertThat(ReportText.of(report)).contains("VOID").contains("CONTROL");
    assertThat(ReportJson.of(report)).contains("\"void\":true");
  }

  @Test
  void aRunInWhichNothingPassedIsVoid() throws IOException {
    Files.writeString(folder.resolve("notes.md"), "x");
    assertThat(run().isVoid()).isTrue();
  }

  @Test
  void anExceptionExcusesARefusalWithItsReason() throws IOException {
    write("a.json", row("x", true, true), row("y", true, false));
    Report report = run(new Exceptions.Entry("*.json", "y", null, "because"));
    assertThat(report.holds()).isTrue();
    assertThat(report.count(Verdict.STRICTER)).isEqualTo(1);
    assertThat(ReportText.of(report)).contains("y: because");
  }

  @Test
  void anExceptionNeverExcusesSomethingThatIsLetThrough() throws IOException {
    write("a.json", row("x", true, true), row("y", false, true));
    assertThat(run(new Exceptions.Entry("*.json", "y", null, "because")).count(Verdict.FAILED))
        .isEqualTo(1);
  }

  @Test
  void anExceptionNeverExcusesACaseOfClassControl() throws IOException {
    write(
        "a.json",
        row("x", true, true),
        row("y", true, false).replace("\"id\"", "\"class\":\"control\",\"id\""));
    assertThat(run(new Exceptions.Entry("*.json", "y", null, "because")).isVoid()).isTrue();
  }

  @Test
  void anExceptionThatNoLongerDiffersIsStale() throws IOException {
    write("a.json", row("x", true, true), row("y", true, true));
    Report report = run(new Exceptions.Entry("*.json", "y", null, "because"));
    assertThat(report.holds()).isFalse();
    assertThat(ReportText.of(report)).contains("stale: y");
  }

  @Test
  void anExceptionForAClassIsStaleOnlyWhenNoneOfItDiffers() throws IOException {
    write("a.json", row("x", true, true), row("y", true, false));
    Exceptions.Entry entry = new Exceptions.Entry("*.json", null, "some", "because");
    assertThat(run(entry).holds()).isTrue();
    write("a.json", row("x", true, true));
    assertThat(run(entry).holds()).isFalse();
  }

  @Test
  void anExceptionForCasesThatAreNotThereIsNotStale() throws IOException {
    write("a.json", row("x", true, true));
    assertThat(run(new Exceptions.Entry("*.json", "gone", null, "because")).holds()).isTrue();
  }

  @Test
  void aFileThatNobodyReadsIsAFailureUnlessListedWithAReason() throws IOException {
    write("a.json", row("x", true, true));
    Files.writeString(folder.resolve("other.txt"), "?");
    assertThat(ReportText.of(run())).contains("other.txt: not understood");
    Report listed =
        new Conformance(
                List.of(new Scripted()),
                new Exceptions(List.of()),
                List.of(new Lists.NotDriven("*.txt", "no cases in it")))
            .run(folder);
    assertThat(listed.holds()).isTrue();
    assertThat(ReportText.of(listed)).contains("other.txt: no cases in it");
  }

  @Test
  void aCaseThatThrowsFailsAloneAndSaysWhat() throws IOException {
    write(
        "a.json",
        row("x", true, true),
        row("y", false, false).replace("\"id\"", "\"throw\":1,\"id\""));
    Report report = run();
    assertThat(report.count(Verdict.PASSED)).isEqualTo(1);
    assertThat(ReportText.of(report)).contains("boom");
  }

  @Test
  void casesWithOneIdAreAllCounted() throws IOException {
    write("a.json", row("x", true, true), row("x", true, true));
    assertThat(run().cases()).isEqualTo(2);
  }

  @Test
  void theListsOfTheJarHaveAReasonForEveryEntry() {
    assertThat(Lists.notDriven()).isNotEmpty().allMatch(e -> !e.reason().isBlank());
    assertThat(Lists.stricter().entries()).isNotEmpty().allMatch(e -> !e.reason().isBlank());
  }

  @Test
  void everyExceptionStandsInThePageOfDifferences() throws IOException {
    String page = Files.readString(Path.of("docs/differences.md"));
    assertThat(Lists.stricter().entries()).allMatch(e -> page.contains(e.reason()));
  }

  private Report run(Exceptions.Entry... entries) throws IOException {
    return new Conformance(
            List.of(new Scripted()),
            new Exceptions(List.of(entries)),
            List.of(new Lists.NotDriven("*.md", "text")))
        .run(folder);
  }

  private void write(String name, String... rows) throws IOException {
    Files.writeString(folder.resolve(name), "{\"cases\":[" + String.join(",", rows) + "]}");
  }

  private static String row(String id, boolean expect, boolean actual) {
    return "{\"id\":\"%s\",\"expect\":%s,\"actual\":%s}".formatted(id, expect, actual);
  }
}
