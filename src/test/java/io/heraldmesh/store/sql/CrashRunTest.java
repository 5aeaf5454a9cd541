package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that loses nothing because it had nothing to lose has not held. */
class CrashRunTest {
  @TempDir Path folder;

  @Test
  void eachKindOfWhichNothingWasAcceptedIsWrong() throws Exception {
    CrashRun run = CrashRun.ofSqlite(folder, 1);

    run.run(0);

    assertThat(run.wrong())
        .containsExactly(
            "nothing was accepted: serials",
            "nothing was accepted: resources",
            "nothing was accepted: tokens made",
            "nothing was accepted: tokens used",
            "nothing was accepted: revisions");
  }
}
