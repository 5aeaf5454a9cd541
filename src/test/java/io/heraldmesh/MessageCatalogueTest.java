package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static String catalogue() {
    StringBuilder text =
        new StringBuilder(
            """
            # Problem codes

            What `herald lint`, and every command that reads resources, may report about them. A code keeps its meaning once it is released.
            With an error nothing of the set is put into force; a warning only tells. The remedy is the general one; a problem may have a better hint.

            | code | level | name | what to do |
            |---|---|---|---|
            """);
    for (ProblemCode code : ProblemCode.values()) {
      text.append("| ")
          .append(code.id())
          .append(" | ")
          .append(code.level().word())
          .append(" | ")
          .append(code.name().toLowerCase(Locale.ROOT).replace('_', ' '))
          .append(" | ")
          .append(code.remedy().replace("|", "\\|").replace("*", "\\*"))
          .append(" |\n");
    }
    return text.toString();
  }
}
