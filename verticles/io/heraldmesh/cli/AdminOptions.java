package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminService;
import io.heraldmesh.node.ControlAdmin;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeSockets;
import io.heraldmesh.node.UsageException;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the control node is that a command speaks with. */
final class AdminOptions {
  private static final Path USUAL = Path.of("/var/lib/herald", ControlAdmin.SOCKET);

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The node file of a control node on this machine; its stateDir is used.")
  private @Nullable Path config;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "The admin.sock of a control node on this machine (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/herald/admin.sock")
  private Path socket = USUAL;

  @Option(
      names = "--control",
      paramLabel = "HOST:PORT",
      description = "A control node elsewhere, such as c1.example:15012; with --identity.")
  private @Nullable String control;

  @Option(
      names = "--identity",
      paramLabel = "DIR",
      description = "Where herald join put the operator's certificate.")
  private @Nullable Path identity;

  /**
   * Does {@code work} with a control node.
   *
   * @return its exit code; 1 when the control node refuses
   */
  int with(ToIntFunction<AdminSession> work) {
    try (AdminSession session = open()) {
      return work.applyAsInt(session);
    } catch (AdminSession.Refused e) {
      spec.commandLine().getErr().println("herald: refused: " + e.getMessage());
      return 1;
    }
  }

  private AdminSession open() {
    if (control != null && identity != null) {
      return RemoteAdmin.open(control, identity);
    }
    if (control != null || identity != null) {
      throw new UsageException("--control and --identity go together");
    }
    LocalExchange exchange = LocalExchange.connect(local());
    return new AdminSession(AdminService.over(exchange), exchange);
  }

  private Path local() {
    NodeConfig node = config();
    Path stateDir = node == null ? null : node.stateDir();
    return stateDir == null ? socket : stateDir.resolve(ControlAdmin.SOCKET);
  }

  /** The control node elsewhere that is spoken with; null: one of this machine. */
  @Nullable String control() {
    return control;
  }

  /**
   * What the node file says; null: none was named.
   *
   * @throws UsageException when it cannot be read or has no stateDir
   */
  @Nullable NodeConfig config() {
    if (config == null) {
      return null;
    }
    NodeFileReader.Result read = NodeFileReader.read(config, NodeSockets.elsewhere());
    spec.commandLine().getErr().print(read.problems().text());
    NodeConfig node = read.config();
    if (node == null || node.stateDir() == null) {
      throw new UsageException(config + " does not say where a node keeps its state");
    }
    return node;
  }
}
