package io.heraldmesh.node;

import io.heraldmesh.node.NodeConfig.AuthorityConfig;
import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.node.NodeConfig.JwksConfig;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.WorkloadSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A whole mesh in this process: one node with all roles, on system-chosen ports. */
final class MeshFixture implements AutoCloseable {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  private final Path folder;
  private final List<WorkloadSettings> workloads = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private JwksConfig jwks = new JwksConfig(null, false);
  private @Nullable Node node;

  MeshFixture(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(resources());
  }

  Path resources() {
    return folder.resolve("resources");
  }

  Path state() {
    return folder.resolve("state");
  }

  /** Writes a resource file whole: beside, then renamed into place. */
  void write(String file, String yaml) throws IOException {
    Path beside = Files.createTempFile(folder, "beside", ".tmp");
    Files.writeString(beside, yaml);
    Files.move(beside, resources().resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  /** A workload with an outbound listener; with an inbound port when {@code app} is not 0. */
  MeshFixture workload(
      String namespace,
      String name,
      String account,
      Map<String, String> labels,
      int port,
      int app) {
    List<InboundPort> ports =
        app == 0
            ? List.of()
            : List.of(
                new InboundPort(
                    "http", port, Protocol.HTTP, new HostPort("127.0.0.1", app), ANY, null));
    workloads.add(
        new WorkloadSettings(
            new Workload(namespace, name),
            account,
            labels,
            new ListenAddress(ANY),
            List.of(),
            ports));
    return this;
  }

  /** A workload with everything said. */
  MeshFixture add(WorkloadSettings workload) {
    workloads.add(workload);
    return this;
  }

  MeshFixture jwks(Path roots) {
    jwks = new JwksConfig(roots, true);
    return this;
  }

  NodeConfig config() {
    return new NodeConfig(
        "node-1",
        EnumSet.of(Role.CA, Role.CONFIG, Role.PROXY),
        null,
        state(),
        new AuthorityConfig.Own(),
        new DatabaseConfig.Sqlite(null),
        resources(),
        false,
        workloads,
        Map.of(),
        null,
        ANY,
        ANY,
        jwks,
        Duration.ofHours(24),
        Duration.ofSeconds(2),
        2,
        null,
        Limits.DEFAULTS,
        true,
        CaptureConfig.NONE,
        null,
        null,
        null);
  }

  /** Starts; returns when certificates and policy are in force. */
  Node start() {
    node = Node.start(config(), said::add);
    return node;
  }

  /** The port of {@code listening <what> …}, as the node said it. */
  int port(String what) {
    return said.stream()
        .filter(line -> line.startsWith("listening " + what + " "))
        .map(line -> Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    if (node != null) {
      node.stop();
    }
  }
}
