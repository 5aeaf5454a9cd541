package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.identity.FolderOwner;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.node.StateDir;
import io.heraldmesh.node.StateStore;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.sql.Backup;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code herald state import}: what an export wrote becomes the state; no node may run on it. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Make an exported file the state of a control node that is stopped. A new epoch begins.",
      "Ends with 1 when there is state already and --yes was not given."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class StateImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StateOptions options;

  @Parameters(paramLabel = "FILE", description = "What herald state export wrote.")
  private Path file;

  @Option(names = "--yes", description = "Replace the state that is there.")
  private boolean yes;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    return options.with(
        err,
        node -> {
          if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new UsageException(
                "cannot read " + file + "; name a file that herald state export wrote");
          }
          Backup.inspect(file);
          // A node that runs has it, whatever its database is.
          try (StateDir state = StateDir.open(Objects.requireNonNull(node.stateDir()));
              Backup backup = open(node, state)) {
            return say(backup.importFrom(file, yes, Instant.now()));
          }
        });
  }

  private static Backup open(NodeConfig node, StateDir state) {
    return switch (node.database()) {
      case DatabaseConfig.Sqlite sqlite ->
          Backup.toWrite(
              Objects.requireNonNull(StateStore.file(sqlite, state.path())), FolderOwner::give);
      case DatabaseConfig.Postgres postgres -> Backup.toWrite(StateStore.settings(postgres));
    };
  }

  private int say(ImportResult result) {
    PrintWriter err = spec.commandLine().getErr();
    return switch (result) {
      case ImportResult.Imported imported -> {
        switch (options.output) {
          case text ->
              err.println(
                  "imported "
                      + imported.file().allRows()
                      + " rows of "
                      + imported.file().exportedAt()
                      + "; the state is at "
                      + show(imported.revision())
                      + ", a new epoch; "
                      + imported.voided()
                      + " unused join tokens are void, "
                      + imported.withdrawn()
                      + " registrations of nodes deleted since are left out");
          case json -> spec.commandLine().getOut().println(json(imported));
        }
        yield 0;
      }
      case ImportResult.NotEmpty there -> {
        err.println(
            "herald: there is state already ("
                + there.rows()
                + " rows, at "
                + show(there.revision())
                + "); nothing was changed. Export it first, then give --yes to replace it");
        yield 1;
      }
    };
  }

  private static String json(ImportResult.Imported imported) {
    ObjectNode answer = new ObjectMapper().createObjectNode();
    answer.put("exportedAt", imported.file().exportedAt().toString());
    answer.put("epoch", imported.revision().epoch());
    answer.put("revision", imported.revision().number());
    answer.put("voidedTokens", imported.voided());
    answer.put("withdrawnRegistrations", imported.withdrawn());
    ObjectNode rows = answer.putObject("rows");
    imported.file().rows().forEach(rows::put);
    return answer.toString();
  }

  private static String show(Revision revision) {
    return revision.epoch() + "." + revision.number();
  }
}
