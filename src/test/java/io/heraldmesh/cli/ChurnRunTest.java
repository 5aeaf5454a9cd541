package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of churn says nothing that it has not measured. */
class ChurnRunTest {
  @TempDir Path folder;

  @Test
  void oneThatWouldCompareMinutesWithThemselvesIsRefused() throws Exception {
    Path table = folder.resolve("churn.md");
    try (HeraldProcess run =
        HeraldProcess.start(
            List.of(),
            ChurnRun.class,
            List.of(),
            folder.resolve("errors.log"),
            "4",
            table.toString())) {
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.errors()).contains("at least 5 minutes");
    }
    assertThat(table).doesNotExist();
  }
}
