package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/messages.md} lists every problem code, as the code has it now. */
class MessageCatalogueTest {
  private static final Path CATALOGUE = Path.of("docs/messages.md");
  private static final boolean WRITE = "write".equals(System.getProperty("herald.messages"));

  @Test
  void theCatalogueListsEveryCodeAsItIs() throws Exception {
    if (WRITE) {
      Files.writeString(CATALOGUE, catalogue());
    }
    assertThat(CATALOGUE)
        .as("run: mvn -q test -Dtest=MessageCatalogueTest -Dherald.messages=write")
        .content()
        .isEqualTo(catalogue());
  }

  @Test
  void everyExampleBringsItsCodeUp() {
    for (ProblemCode code : ProblemCode.values()) {
      assertThat(MessageExamples.of(code).isPresent())
          .as(code.id())
          .isEqualTo(MessageExamples.has(code));
    }
  }

  private static String catalogue() {
    StringBuilder text =
        new StringBuilder(
            """
            # Problem codes

            What `herald lint`, and every command that reads resources, may report about them. A code keeps its meaning once it is released.
            With an error nothing of the set is put into force; a warning only tells. The remedy is the general one; a problem may have a better hint.
            Examples are what was really said about a text that has the fault.

            | code | level | name | what to do | for example |
            |---|---|---|---|---|
            """);
    for (ProblemCode code : ProblemCode.values()) {
      text.append("| ")
          .append(code.id())
          .append(" | ")
          .append(code.level().word())
          .append(" | ")
          .append(code.name().toLowerCase(Locale.ROOT).replace('_', ' '))
          .append(" | ")
          .append(cell(code.remedy()))
          .append(" | ")
          .append(MessageExamples.of(code).map(MessageCatalogueTest::said).orElse(""))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String said(Problem problem) {
    String field = problem.at().field();
    return cell((field.isEmpty() ? "" : field + ": ") + problem.message());
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
  }
}
