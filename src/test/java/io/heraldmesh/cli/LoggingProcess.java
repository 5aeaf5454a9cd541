package io.heraldmesh.cli;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs as many lines as it is told to, says {@code logged} on standard output, waits for its
 * standard input to end, and ends as commands do.
 */
public final class LoggingProcess {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingProcess.class);

  private LoggingProcess() {}

  public static void main(String... arguments) throws IOException {
    Logging.start(Level.INFO, false);
    int lines = Integer.parseInt(arguments[0]);
    for (int i = 1; i <= lines; i++) {
      LOG.warn("line {} of {}, {}", i, lines, "x".repeat(100));
    }
    System.out.println("logged");
    System.out.flush();
    var _ = System.in.readAllBytes();
    Logging.stop();
    System.exit(0);
  }
}
