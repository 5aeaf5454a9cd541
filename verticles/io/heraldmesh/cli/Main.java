package io.heraldmesh.cli;

import ch.qos.logback.classic.Level;
import io.heraldmesh.node.NodeProcess;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.UsageException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entry point: hands over to a command and turns its answer into the exit code. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] args) {
    Logging.start(Level.INFO);
    int code;
    try {
      PlainRun node = PlainRun.of(args);
      code = node == null ? HeraldCommand.commandLine().execute(args) : run(node);
    } catch (Error e) {
      // Ends the process, which other threads would keep alive without its main one.
      code = failed(e, writer(System.err));
    }
    Logging.stop();
    System.exit(code);
  }

  private static int run(PlainRun node) {
    PrintWriter err = writer(System.err);
    try {
      return new NodeProcess(node.config(), null, writer(System.out), err, Logging::stop).run();
    } catch (Exception e) {
      return failed(e, err);
    }
  }

  static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** Says what ended a command; returns its exit code: 2 usage, 3 cannot start. */
  static int failed(Throwable failure, PrintWriter err) {
    return switch (failure) {
      case UsageException usage -> {
        err.println("herald: " + usage.getMessage());
        yield 2;
      }
      case StartFailure start -> {
        err.println("herald: " + start.getMessage());
        yield start.exitCode();
      }
      default -> {
        LOG.error("unexpected failure", failure);
        err.println("herald: unexpected failure: " + failure);
        yield 3;
      }
    };
  }
}
