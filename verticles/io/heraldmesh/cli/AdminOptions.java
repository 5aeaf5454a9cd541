package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminService;
import io.heraldmesh.node.ControlAdmin;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeConfig.AttachedConfig;
import io.heraldmesh.node.NodeFileReader;
import io.heraldmesh.node.NodeSockets;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;
import java.nio.file.Path;
import java.util.List;
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
      description = {
        "The node file of this machine: of a control node, whose stateDir is used; or of a node that",
        "is attached, whose control nodes are asked, with --identity or as the node itself."
      })
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
      description = {
        "A control node elsewhere, such as c1.example:15012; with --identity, or --config of a node",
        "that is attached."
      })
  private @Nullable String control;

  @Option(
      names = "--identity",
      paramLabel = "DIR",
      description = "Where herald join put the operator's certificate.")
  private @Nullable Path identity;

  private @Nullable NodeConfig read;

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
    List<HostPort> elsewhere = elsewhere();
    Path joined = identity;
    if (joined != null && !elsewhere.isEmpty()) {
      return RemoteAdmin.open(elsewhere, joined, null);
    }
    if (joined == null && elsewhere.isEmpty()) {
      LocalExchange exchange = LocalExchange.connect(local());
      return new AdminSession(AdminService.over(exchange), null, exchange);
    }
    NodeConfig node = config();
    Path stateDir = node == null ? null : node.stateDir();
    if (node == null || stateDir == null || node.attached() == null) {
      throw new UsageException(
          "--control and --identity go together; --config of a node that is attached says both");
    }
    return RemoteAdmin.open(elsewhere, stateDir, node.name());
  }

  private Path local() {
    NodeConfig node = config();
    Path stateDir = node == null ? null : node.stateDir();
    return stateDir == null ? socket : stateDir.resolve(ControlAdmin.SOCKET);
  }

  /** The control nodes elsewhere that are spoken with; empty: one of this machine is. */
  List<HostPort> elsewhere() {
    String given = control;
    if (given != null) {
      return List.of(ControlAddress.parse(given));
    }
    NodeConfig node = config();
    AttachedConfig attached = node == null ? null : node.attached();
    return attached == null ? List.of() : attached.to();
  }

  /**
   * What the node file says; null: none was named.
   *
   * @throws UsageException when it cannot be read or has no stateDir
   */
  @Nullable NodeConfig config() {
    if (config == null || read != null) {
      return read;
    }
    NodeFileReader.Result result = NodeFileReader.read(config, NodeSockets.elsewhere());
    spec.commandLine().getErr().print(result.problems().text());
    NodeConfig node = result.config();
    if (node == null || node.stateDir() == null) {
      throw new UsageException(config + " does not say where a node keeps its state");
    }
    read = node;
    return node;
  }
}
