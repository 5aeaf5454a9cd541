package io.heraldmesh.store.sql;

import io.heraldmesh.store.NewFiles;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.sqlite.SQLiteConfig;

/** Makes, opens and checks the database file. */
final class SqliteFile {
  /** {@code HRLD}: tells our databases from those of others. */
  private static final int APPLICATION_ID = 0x48524c44;

  private static final int BUSY_MILLIS = 1000;

  private static final Dialect DIALECT = new SqliteDialect();

  private SqliteFile() {}

  /** To write; the caller holds the lock. Auto-commit is off. */
  static Connection open(Path file, NewFiles made) {
    if (!Files.exists(file)) {
      create(file, made);
    }
    return opened(
        file,
        connection -> {
          requireWhole(connection, file);
          connection.setAutoCommit(false);
          Migrations.run(connection, DIALECT, file.toString());
          connection.commit();
        });
  }

  /**
   * To read what is committed at this moment, while another process writes or none does.
   * Auto-commit is off, so that the first read begins the one transaction.
   *
   * @throws StoreException also when the file is not of this version's format
   */
  static Connection openToRead(Path file) {
    if (!Files.exists(file)) {
      throw new StoreException(
          Reason.NOT_WRITABLE, file + ": is not there; name the state of a node that has run");
    }
    return opened(
        file,
        connection -> {
          try (Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA query_only = true");
          }
          Migrations.requireToday(connection, DIALECT, file.toString());
          connection.setAutoCommit(false);
        });
  }

  static Connection inMemory() {
    try {
      Connection connection = connect(":memory:");
      createTables(connection);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      throw DIALECT.failure("memory", e);
    }
  }

  /** What is done with a fresh connection; when it fails the connection is closed. */
  private interface Step {
    void on(Connection connection) throws SQLException;
  }

  private static Connection opened(Path file, Step step) {
    try {
      if (Files.size(file) == 0) {
        // SQLite would take it for a new database and forget all that was in it.
        throw new StoreException(Reason.DAMAGED, file + ": is empty; " + DIALECT.remedy());
      }
      Connection connection = connect(file.toString());
      try {
        requireOurs(connection, file);
        step.on(connection);
        return connection;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw DIALECT.failure(file.toString(), e);
    } catch (IOException e) {
      throw new StoreException(Reason.FAILED, file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Made beside its place and renamed when it is complete and synced, so that a file that exists is
   * never half made.
   */
  private static void create(Path file, NewFiles made) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Path folder = Objects.requireNonNull(fresh.toAbsolutePath().getParent());
    try {
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (Connection connection = connect(fresh.toString())) {
        createTables(connection);
      }
      made.made(fresh);
      sync(fresh, StandardOpenOption.WRITE);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      sync(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      throw SqliteLock.cannotBeMade(file, e);
    } catch (SQLException e) {
      throw DIALECT.failure(file.toString(), e);
    }
  }

  private static Connection connect(String path) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    return config.createConnection("jdbc:sqlite:" + path);
  }

  private static void createTables(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement sql = connection.createStatement()) {
      sql.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
    }
    Migrations.run(connection, DIALECT, "a new database");
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static void requireOurs(Connection connection, Path file) throws SQLException {
    if (SqliteDialect.number(connection, "PRAGMA application_id") != APPLICATION_ID) {
      throw new StoreException(
          Reason.FOREIGN, file + ": is a database, but not one of Herald's; move it away");
    }
    if (DIALECT.format(connection) < 1) {
      throw new StoreException(
          Reason.DAMAGED, file + ": has no valid format number; " + DIALECT.remedy());
    }
  }

  private static void requireWhole(Connection connection, Path file) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery("PRAGMA integrity_check(1)")) {
      if (!rows.next() || !rows.getString(1).equals("ok")) {
        throw new StoreException(
            Reason.DAMAGED,
            file
                + ": is damaged ("
                + rows.getString(1).replace('\n', ' ')
                + "); "
                + DIALECT.remedy());
      }
    }
  }

  private static void sync(Path path, StandardOpenOption mode) throws IOException {
    try (FileChannel channel = FileChannel.open(path, mode)) {
      channel.force(true);
    }
  }
}
