package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads strict YAML 1.2 (and so JSON): no aliases, tags or merge keys, no key twice, bounded size.
 * It never throws for what a file holds; everything wrong becomes a problem with its place.
 */
public final class YamlReader {
  private static final Pattern NEXT_DOCUMENT = Pattern.compile("(?m)^---(?=\\s|$)");

  private final YamlLimits limits;
  private final ProblemCollector problems;

  public YamlReader(YamlLimits limits, ProblemCollector problems) {
    this.limits = limits;
    this.problems = problems;
  }

  public YamlReader(ProblemCollector problems) {
    this(YamlLimits.DEFAULT, problems);
  }

  /** The documents of a file. Empty ones are left out. */
  public List<YamlDocument> read(String file, byte[] content) {
    if (content.length > limits.bytes()) {
      problems.add(
          Position.startOf(file),
          ProblemCode.TOO_LARGE,
          "the file is larger than the limit of " + limits.bytes() + " bytes");
      return List.of();
    }
    Origin origin = Origin.file(file);
    String text = SourceText.decode(origin, content, problems);
    return text == null ? List.of() : documents(origin, text);
  }

  /**
   * YAML written inside a text field of another document; places are those of the outer file as far
   * as a block scalar keeps them.
   */
  public List<YamlDocument> readEmbedded(Value field) {
    Origin origin = field.embedded();
    return origin == null ? List.of() : documents(origin, field.text().value());
  }

  /**
   * After a syntax error reading goes on with the next document, so that one stray quote does not
   * hide what else is wrong.
   */
  private List<YamlDocument> documents(Origin origin, String text) {
    List<YamlDocument> documents = new ArrayList<>();
    String rest = text.startsWith("{") || text.startsWith("[") ? JsonTabs.asSpaces(text) : text;
    Origin restOrigin = origin;
    SeparatingTabs tabs = new SeparatingTabs();
    while (true) {
      rest = tabs.asSpaces(rest);
      Composer composer = new Composer(restOrigin, limits, problems, rest);
      int failedLine = compose(restOrigin, rest, composer);
      documents.addAll(composer.documents());
      int next = failedLine < 0 ? -1 : nextDocument(rest, composer.documentLine(), failedLine);
      if (next < 0) {
        return documents;
      }
      int skipped = (int) rest.substring(0, next).chars().filter(c -> c == '\n').count();
      restOrigin =
          new Origin(origin.file(), restOrigin.lines() + skipped, origin.columns(), origin.path());
      rest = rest.substring(next);
    }
  }

  /** Returns -1, or the line (from 0) of the syntax error. */
  private int compose(Origin origin, String text, Composer composer) {
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setCodePointLimit(Integer.MAX_VALUE)
            .setLabel(origin.file())
            .build();
    try {
      for (Event event : new Parse(settings).parseString(text)) {
        composer.accept(event);
      }
      return -1;
    } catch (Composer.LimitReached e) {
      return -1;
    } catch (MarkedYamlEngineException e) {
      Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
      report(origin, composer, e, text, mark);
      return mark == null ? -1 : mark.getLine();
    } catch (YamlEngineException e) {
      problems.add(
          origin.at(1, 1, origin.path()),
          ProblemCode.SYNTAX,
          String.valueOf(e.getMessage()).lines().findFirst().orElse("not YAML"));
      return -1;
    }
  }

  private void report(
      Origin origin,
      Composer composer,
      MarkedYamlEngineException e,
      String text,
      @Nullable Mark mark) {
    Position at =
        mark == null
            ? origin.at(1, 1, origin.path())
            : origin.at(mark.getLine() + 1, mark.getColumn() + 1, composer.path());
    if (mark != null && startsWithTab(text, mark.getLine())) {
      problems.add(at, ProblemCode.TAB, "a tab in the indentation");
      return;
    }
    String context =
        e.getContext() == null || e.getContext().isBlank() ? "" : e.getContext() + ", ";
    problems.add(
        at,
        ProblemCode.SYNTAX,
        (context + e.getProblem())
            .replace("\0(0)", "the end of the text")
            .replaceAll("\\s+", " ")
            .strip());
  }

  private static boolean startsWithTab(String text, int line) {
    return text.lines().skip(line).findFirst().orElse("").matches(" *\t.*");
  }

  /** Where the next document begins behind a syntax error, or -1. */
  private static int nextDocument(String text, int documentLine, int failedLine) {
    Matcher marker = NEXT_DOCUMENT.matcher(text);
    int line = 0;
    int counted = 0;
    while (marker.find()) {
      line += (int) text.substring(counted, marker.start()).chars().filter(c -> c == '\n').count();
      counted = marker.start();
      if (line >= failedLine && line > documentLine) {
        return marker.start();
      }
    }
    return -1;
  }
}
