package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.node.StateStore;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.store.StateSummary;
import io.heraldmesh.store.sql.Backup;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code herald state export}: all of the state in one file; the node may run meanwhile. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write all of a control node's state into one file (0600), which the node may go on changing.",
      "The authority's keys are not part of it."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class StateExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StateOptions options;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Replaced, when it is there, once the new one is whole.")
  private Path out;

  @Override
  public Integer call() {
    return options.with(
        spec.commandLine().getErr(),
        node -> {
          try (Backup backup = open(node)) {
            say(write(backup));
            return 0;
          }
        });
  }

  private static Backup open(NodeConfig node) {
    return switch (node.database()) {
      case DatabaseConfig.Sqlite sqlite ->
          Backup.toRead(Objects.requireNonNull(StateStore.file(sqlite, node.stateDir())));
      case DatabaseConfig.Postgres postgres -> Backup.toRead(StateStore.settings(postgres));
    };
  }

  /** Beside its place first, so that a backup that is there is whole at every moment. */
  private StateSummary write(Backup backup) {
    Path file = out.toAbsolutePath();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      StateSummary summary;
      try (FileChannel channel =
              FileChannel.open(
                  fresh,
                  Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------")));
          OutputStream to = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
        summary = backup.export(to, Instant.now());
        to.flush();
        channel.force(true);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(fresh);
        throw e;
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel folder =
          FileChannel.open(Objects.requireNonNull(file.getParent()), StandardOpenOption.READ)) {
        folder.force(true);
      }
      return summary;
    } catch (IOException e) {
      throw new UsageException(
          "cannot write " + out + " (" + e + "); check the folder, its permissions and free space");
    }
  }

  private void say(StateSummary summary) {
    switch (options.output) {
      case text ->
          spec.commandLine()
              .getErr()
              .println(
                  "exported "
                      + summary.allRows()
                      + " rows at revision "
                      + summary.revision().epoch()
                      + "."
                      + summary.revision().number()
                      + " to "
                      + out
                      + "; keep the authority's key store and passphrase too, they are not in it");
      case json -> spec.commandLine().getOut().println(json(summary));
    }
  }

  private String json(StateSummary summary) {
    ObjectNode answer = new ObjectMapper().createObjectNode();
    answer.put("file", out.toString());
    answer.put("exportedAt", summary.exportedAt().toString());
    answer.put("trustDomain", summary.trustDomain());
    answer.put("epoch", summary.revision().epoch());
    answer.put("revision", summary.revision().number());
    answer.put("sha256", summary.sha256());
    ObjectNode rows = answer.putObject("rows");
    summary.rows().forEach(rows::put);
    return answer.toString();
  }
}
