package io.heraldmesh.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row that does not exist is not one that held. */
class NamedRowsTest {
  @TempDir Path folder;

  @Test
  void namesThatAreKnownAreNotRefusedNorIsNoName() {
    NamedRows<String> rows = rows();

    assertThat(rows.refused(List.of("leader"))).isEmpty();
    assertThat(rows.refused(List.of())).isEmpty();
  }

  @Test
  void oneThatIsNotIsNamedBesideThoseThereAre() {
    assertThat(rows().refused(List.of("leader", "laeder")))
        .isEqualTo("there is no [laeder], there are [leader, follower]");
  }

  @ParameterizedTest
  @ValueSource(classes = {FaultRun.class, RogueRun.class})
  void aRunThatIsAskedForOneEndsWith2BeforeItMakesAnything(Class<?> run) throws Exception {
    Path table = folder.resolve("table.md");
    Path errors = folder.resolve("errors.log");

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                LabNode.classPath(),
                run.getName(),
                table.toString(),
                "nonsense")
            .redirectErrorStream(true)
            .redirectOutput(errors.toFile())
            .start();

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readString(errors)).contains("there is no [nonsense], there are [");
    assertThat(Files.exists(table)).isFalse();
  }

  private static NamedRows<String> rows() {
    NamedRows<String> rows = new NamedRows<>();
    rows.put("leader", with -> () -> {});
    rows.put("follower", with -> () -> {});
    return rows;
  }
}
