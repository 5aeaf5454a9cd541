package io.heraldmesh.cli;

import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeSockets;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.store.StateFileException;
import io.heraldmesh.store.StoreException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/** What both commands need: the node file, and refusals in the words of the command line. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class StateOptions {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The node file; its stateDir and database are used.")
  private Path config;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default: text).")
  LintCommand.Output output = LintCommand.Output.text;

  /**
   * Does {@code work} with the node file.
   *
   * @return 1 when the node file has problems, else what {@code work} returned
   */
  int with(PrintWriter err, ToIntFunction<NodeConfig> work) {
    NodeFileReader.Result read = NodeFileReader.read(config, NodeSockets.elsewhere());
    err.print(read.problems().text());
    err.flush();
    NodeConfig node = read.config();
    if (node == null) {
      return 1;
    }
    if (node.standalone()) {
      throw new UsageException(
          config + ": this node has no control plane, and so no such state; name a control node's");
    }
    try {
      return work.applyAsInt(node);
    } catch (StateFileException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (StoreException | AuthorityException e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      throw new UsageException(String.valueOf(e.getCause()));
    }
  }
}
