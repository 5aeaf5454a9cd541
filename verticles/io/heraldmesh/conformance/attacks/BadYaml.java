package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.compile.CrossChecks;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Resources with mistakes in them, as {@code herald lint} sees them. */
final class BadYaml implements Corpus {
  private static final Set<String> CLASSES =
      Set.of("control", "typo", "syntax", "resource", "jwtrule", "mtls");

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("cases", "class", "expect", "input")
        || file.hasList("cases", "class", "expect", "input_b64");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    for (JsonNode c : file.json().get("cases")) {
      String kind = c.path("class").asText();
      cases.judge(
          c.path("id").asText(),
          kind,
          kind.equals("control") || c.path("expect").asText().equals("accept"),
          () -> CLASSES.contains(kind) ? judge(c) : Outcome.notUnderstood("class " + kind));
    }
  }

  private static Outcome judge(JsonNode c) throws IOException {
    Path folder = Files.createTempDirectory("herald-conformance-");
    Path file = folder.resolve("policy.yaml");
    try {
      if (c.has("gen")) {
        Outcome instead = GeneratedYaml.write(c.get("gen").asText(), file);
        if (instead != null) {
          return instead;
        }
      } else {
        Files.write(file, content(c));
      }
      Resources read = ResourceReader.read(List.of(file));
      Problems problems =
          read.problems().hasErrors()
              ? read.problems()
              : read.problems().and(CrossChecks.check(read));
      return compare(c, problems);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }

  private static byte[] content(JsonNode c) {
    return c.has("input_b64")
        ? Base64.getDecoder().decode(c.get("input_b64").asText())
        : c.get("input").asText().getBytes(StandardCharsets.UTF_8);
  }

  private static Outcome compare(JsonNode c, Problems problems) {
    String text = problems.text();
    return switch (c.path("expect").asText()) {
      case "accept" -> Outcome.accepted(true, problems.errors().isEmpty(), text);
      case "reject" ->
          problems.errors().isEmpty()
              ? Outcome.accepted(false, true, "no error: " + text)
              : Outcome.unless(
                  problems.errors().stream().anyMatch(p -> isAt(p, c)) ? "" : "elsewhere: " + text);
      case "reject-or-warn" ->
          Outcome.unless(
              problems.all().stream().anyMatch(p -> isAt(p, c)) ? "" : "not told: " + text);
      case "reject-or-accept" -> Outcome.asExpected();
      default -> Outcome.notUnderstood(c.path("expect").asText());
    };
  }

  private static boolean isAt(Problem problem, JsonNode c) {
    return problem.at().file().endsWith("policy.yaml")
        && (!c.has("line") || Math.abs(problem.at().line() - c.path("line").asInt()) <= 1)
        && (!c.has("field") || problem.at().field().equals(c.path("field").asText()));
  }
}
