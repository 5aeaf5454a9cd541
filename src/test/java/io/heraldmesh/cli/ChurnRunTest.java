package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run of churn says nothing that it has not measured. */
class ChurnRunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "40, 42, true", // 42.0 / 40 - 1 is more than 0.05
    "40, 38, true",
    "40, 42.5, false",
    "40, 37.5, false",
    "22000, 23100, true",
    "22000, 23101, false"
  })
  void fivePercentOnTheSpotAreWithinFive(double first, double last, boolean within) {
    assertThat(ChurnRun.isWithin(first, last)).isEqualTo(within);
  }

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
