package io.heraldmesh.cli;

import io.heraldmesh.node.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald run --config FILE}: one node, until it is told to stop. */
@Command(
    name = "run",
    description = "Runs a node until TERM or INT.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
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
    var streams = spec.commandLine();
    return new NodeProcess(config, roles, streams.getOut(), streams.getErr(), Logging::stop).run();
  }
}
