package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.Descendants;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of a lab that is ended leaves no process behind. */
class DescendantsTest {
  private static final String CHILD = "child ";

  @TempDir Path folder;

  /** A run that has started something which would go on for an hour. */
  static final class Run {
    private Run() {}

    public static void main(String... arguments) throws Exception {
      Descendants.endWithThis();
      Process child = new ProcessBuilder("sleep", "3600").start();
      System.out.println(CHILD + child.pid());
      child.waitFor();
    }
  }

  @Test
  void aRunThatIsToldToEndTakesItsProcessesWithIt() throws Exception {
    try (HeraldProcess run =
        HeraldProcess.start(List.of(), Run.class, List.of(), folder.resolve("errors.log"))) {
      String line = run.awaitLine(CHILD);
      ProcessHandle child =
          ProcessHandle.of(Long.parseLong(line.substring(CHILD.length()))).orElseThrow();

      run.term();

      Await.until("the child has ended", () -> !child.isAlive());
      assertThat(run.exitCode()).isEqualTo(143);
    }
  }
}
