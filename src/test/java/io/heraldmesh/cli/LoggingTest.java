package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever logs goes on, whether or not somebody reads; what can be written is. */
@Timeout(60)
class LoggingTest {
  /** More than a pipe and the queue hold. */
  private static final int MANY = 20_000;

  private static final int FEW = 500;

  @Test
  void nobodyWaitsForACollectorThatHangsNorDoesTheEndOfTheProcess() throws Exception {
    try (Running herald = start(MANY)) {
      herald.awaitLogged();
      herald.end();
      assertThat(herald.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(herald.process().exitValue()).isZero();
    }
  }

  @Test
  void linesThatWereDroppedAreCountedInTheLogOnceItIsReadAgain() throws Exception {
    try (Running herald = start(MANY)) {
      herald.awaitLogged();
      BufferedReader log = herald.process().errorReader();
      String line = log.readLine();
      assertThat(line).contains("line 1 of");
      while (!line.contains("log lines dropped")) {
        line = String.valueOf(log.readLine());
        assertThat(line).as("the log ended").isNotEqualTo("null");
      }
      assertThat(line).contains("\"WARN\"").containsPattern("\"[1-9]\\d* log lines dropped: ");
    }
  }

  @Test
  void theLastLineOfAShortCommandIsWritten() throws Exception {
    try (Running herald = start(FEW)) {
      herald.end();
      List<String> log = herald.process().errorReader().lines().toList();
      assertThat(log).hasSize(FEW);
      assertThat(log.getLast()).contains("line " + FEW + " of");
    }
  }

  private static Running start(int lines) throws IOException {
    return new Running(
        new ProcessBuilder(
                HeraldProcess.command(
                    LoggingProcess.class,
                    List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"),
                    Integer.toString(lines)))
            .start());
  }

  /** Nobody reads its standard error but the test. */
  private record Running(Process process) implements AutoCloseable {

    void awaitLogged() throws IOException {
      assertThat(process.inputReader().readLine()).isEqualTo("logged");
    }

    void end() throws IOException {
      process.getOutputStream().close();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
