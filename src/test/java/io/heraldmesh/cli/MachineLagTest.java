package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineLagTest {
  private static final long STOPPED = TimeUnit.MILLISECONDS.toNanos(300);

  @TempDir private Path folder;

  @Test
  void whatKeepsAnIdleProcessFromRunningIsSeen() throws Exception {
    try (MachineLag machine = MachineLag.watch(folder.resolve("errors.log"))) {
      assertThat(machine.takeWorstMillis()).isNotNegative();
      signal("-STOP", machine);
      long begin = System.nanoTime();
      Await.until("it stood still", () -> System.nanoTime() - begin >= STOPPED);
      signal("-CONT", machine);
      assertThat(machine.takeWorstMillis()).isGreaterThan(280);
    }
  }

  private static void signal(String which, MachineLag to) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", which, Long.toString(to.pid())).start().waitFor();
    assertThat(code).isZero();
  }
}
