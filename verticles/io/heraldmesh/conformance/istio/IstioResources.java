package io.heraldmesh.conformance.istio;

import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Istio's own valid and invalid resources, each document of {@code *-(in)valid.yaml} alone. */
final class IstioResources implements Corpus {
  private static final Pattern NAME =
      Pattern.compile(".*/testdata/([a-z]+)-(in)?valid[^/]*\\.yaml");

  /** A field that Istio's message names. */
  private static final Pattern FIELD =
      Pattern.compile("(spec(\\.\\w+(\\[\\d+])?)+|\\w+\\[0](\\.\\w+)*)");

  @Override
  public boolean reads(DataFile file) {
    return file.name().contains("istio-api/") && NAME.matcher(file.name()).matches();
  }

  @Override
  public void run(DataFile file, Cases cases) {
    Matcher name = NAME.matcher(file.name());
    boolean invalid = name.matches() && name.group(2) != null;
    int number = 0;
    for (String text : file.text().split("(?m)^---\\s*$", -1)) {
      Document document = Document.of(text, ++number);
      if (document != null) {
        cases.judge(
            document.title(),
            invalid ? "invalid" : kind(document.text(), "valid"),
            !invalid,
            () -> invalid ? refused(document) : accepted(document));
      }
    }
  }

  private static Outcome accepted(Document document) {
    Resources read = ResourceReader.read("resource.yaml", document.text());
    if (notRead(read)) {
      return Outcome.skipped(NOT_READ);
    }
    return Outcome.accepted(
        true, read.problems().errors().isEmpty() && read.all().size() == 1, read.problems().text());
  }

  private static Outcome refused(Document document) {
    Resources read = ResourceReader.read("resource.yaml", document.text());
    if (notRead(read)) {
      return Outcome.skipped(NOT_READ);
    }
    List<Problem> errors = read.problems().errors();
    if (errors.isEmpty()) {
      return Outcome.accepted(false, true, "Istio says: " + document.error());
    }
    Matcher field = FIELD.matcher(document.error());
    boolean there =
        !field.find()
            || errors.stream().anyMatch(p -> p.at().field().contains(field.group()))
            || errors.stream().anyMatch(p -> p.code() == ProblemCode.NOT_ENFORCED);
    return Outcome.unless(
        there
            ? ""
            : "refused elsewhere than at " + document.error() + ": " + read.problems().text());
  }

  static final String NOT_READ = "a kind that Herald does not read (a warning says so)";

  /** What a document without mistakes is called: the fields in it may be more than is enforced. */
  static String kind(String document, String otherwise) {
    List<Problem> errors = ResourceReader.read("resource.yaml", document).problems().errors();
    boolean notEnforced =
        !errors.isEmpty() && errors.stream().allMatch(p -> p.code() == ProblemCode.NOT_ENFORCED);
    return notEnforced ? "not enforced" : otherwise;
  }

  static boolean notRead(Resources read) {
    return read.problems().errors().isEmpty()
        && read.all().isEmpty()
        && read.problems().all().stream().anyMatch(p -> p.code() == ProblemCode.KIND_NOT_READ);
  }

  /** One document without its {@code _err} line, which says what Istio answers. */
  private record Document(String title, String error, String text) {

    static @Nullable Document of(String text, int number) {
      List<String> kept = new ArrayList<>();
      String error = "";
      String name = "";
      boolean content = false;
      for (String line : text.lines().toList()) {
        if (line.startsWith("_err:")) {
          error = line.substring(5).strip();
          kept.add("#");
          continue;
        }
        if (line.startsWith("  name: ") && name.isEmpty()) {
          name = line.substring(8).strip();
        }
        content |= !line.isBlank() && !line.startsWith("#");
        kept.add(line);
      }
      String title = name.isEmpty() ? "document " + number : name;
      return content ? new Document(title, error, String.join("\n", kept) + "\n") : null;
    }
  }
}
