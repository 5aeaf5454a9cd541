package io.heraldmesh.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald run --config FILE}: one node, until it is told to stop. */
@Command(name = "run", description = "Runs a node until TERM or INT.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The node file; see docs/node-file.md.")
  private Path config;

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description = "ca, config, proxy, admin: instead of those in the file.")
  private @Nullable List<String> roles;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    NodeFileReader.Result read = NodeFileReader.read(config, roles);
    err.print(read.problems().text());
    err.flush();
    NodeConfig nodeConfig = read.config();
    if (nodeConfig == null) {
      return 1;
    }
    Node node = Node.start(nodeConfig, line -> say(out, line));
    CountDownLatch never = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "herald-stop"));
    never.await();
    return 0;
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  /** Drains and ends with 0: being told to stop is no failure. */
  private static void stop(Node node) {
    try {
      node.stop();
    } catch (RuntimeException e) {
      LOG.error("stopping failed", e);
      Runtime.getRuntime().halt(3);
    }
    Runtime.getRuntime().halt(0);
  }
}
