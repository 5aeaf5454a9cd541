package io.heraldmesh.node;

import io.heraldmesh.ca.PrivateFile;
import io.heraldmesh.identity.FolderOwner;
import io.heraldmesh.node.NodeConfig.DatabaseConfig;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.PostgresStore;
import io.heraldmesh.store.sql.SqliteStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The store that a node file names. */
public final class StateStore {
  private static final String FILE = "herald.db";
  private static final int MAX_PASSWORD = 4096;

  private StateStore() {}

  /**
   * Opens it; in memory where the node keeps nothing on disk.
   *
   * @throws io.heraldmesh.store.StoreException when it cannot be used
   * @throws io.heraldmesh.ca.AuthorityException when the password file cannot be used
   */
  static Store open(NodeConfig config) {
    return switch (config.database()) {
      case DatabaseConfig.Sqlite sqlite -> {
        Path file = file(sqlite, config.stateDir());
        yield file == null ? SqliteStore.inMemory() : SqliteStore.open(file, FolderOwner::give);
      }
      case DatabaseConfig.Postgres postgres -> PostgresStore.open(settings(postgres));
    };
  }

  /** Where the file is; null: in memory. */
  public static @Nullable Path file(DatabaseConfig.Sqlite sqlite, @Nullable Path stateDir) {
    if (sqlite.file() != null) {
      return sqlite.file();
    }
    return stateDir == null ? null : stateDir.resolve(FILE);
  }

  /**
   * The password is read for each connection. It, or roots, in a file that cannot be used are told
   * at once.
   */
  public static PostgresSettings settings(DatabaseConfig.Postgres config) {
    Path file = config.passwordFile();
    Supplier<String> password = null;
    if (file != null) {
      requireUsable(file);
      password = () -> password(file);
    }
    if (config.roots() != null) {
      requireReadable(config.roots());
    }
    return new PostgresSettings(
        config.hosts(),
        config.database(),
        config.schema(),
        config.user(),
        password,
        config.tls(),
        config.roots(),
        config.connections());
  }

  private static void requireUsable(Path file) {
    if (password(file).isEmpty()) {
      throw StartFailure.cannotStart(file + ": password file has an empty first line");
    }
  }

  private static void requireReadable(Path roots) {
    try {
      var _ = Files.readAllBytes(roots);
    } catch (IOException e) {
      throw StartFailure.cannotStart(
          roots
              + ": spec.database.postgres.tls.roots: "
              + ForeignRoots.problem(e)
              + "; write the roots of the authority that issued the server's certificate, in PEM");
    }
  }

  /** Its first line. */
  private static String password(Path file) {
    byte[] content = PrivateFile.read(file, "password file", MAX_PASSWORD);
    return new String(content, StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }
}
