package io.heraldmesh.store;

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
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Makes, opens and checks the database file. */
final class SqliteFile {
  /** Rises with every change of the tables. */
  static final int FORMAT = 1;

  /** {@code HRLD}: tells our databases from those of others. */
  private static final int APPLICATION_ID = 0x48524c44;

  private SqliteFile() {}

  static Connection open(Path file) {
    if (!Files.exists(file)) {
      create(file);
    }
    try {
      if (Files.size(file) == 0) {
        // SQLite would take it for a new database and forget all that was in it.
        throw new StoreException(file + ": is empty; " + remedy());
      }
      Connection connection = connect(file.toString());
      try {
        requireOurs(connection, file);
        requireWhole(connection, file);
        return connection;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failure(file.toString(), e);
    } catch (IOException e) {
      throw new StoreException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  static Connection inMemory() {
    try {
      Connection connection = connect(":memory:");
      createTables(connection);
      return connection;
    } catch (SQLException e) {
      throw failure("memory", e);
    }
  }

  /** A refusal that names the file and says what to do. */
  static StoreException failure(String name, SQLException e) {
    String what =
        switch (code(e)) {
          case SQLITE_NOTADB -> "is not a database, or damaged; " + remedy();
          case SQLITE_CORRUPT -> "is damaged; " + remedy();
          case SQLITE_BUSY, SQLITE_LOCKED -> "is in use by another process; stop that one first";
          case SQLITE_FULL -> "the disk is full; free some space";
          case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
              "cannot be written; check owner and permissions of the file and its folder";
          default -> "failed: " + e.getMessage();
        };
    return new StoreException(name + ": " + what, e);
  }

  /**
   * Made beside its place and renamed when it is complete and synced, so that a file that exists is
   * never half made.
   */
  private static void create(Path file) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Path folder = Objects.requireNonNull(fresh.toAbsolutePath().getParent());
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (Connection connection = connect(fresh.toString())) {
        createTables(connection);
      }
      sync(fresh, StandardOpenOption.WRITE);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      sync(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new StoreException(
          file
              + ": cannot be made ("
              + e
              + "); check owner and permissions of the folder and free space",
          e);
    } catch (SQLException e) {
      throw failure(file.toString(), e);
    }
  }

  private static Connection connect(String path) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    // Exclusive: a second process is refused instead of writing in turns.
    config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(0);
    return config.createConnection("jdbc:sqlite:" + path);
  }

  private static void createTables(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement sql = connection.createStatement()) {
      sql.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
      sql.executeUpdate("PRAGMA user_version = " + FORMAT);
      sql.executeUpdate(SqliteIssuanceLog.TABLE);
      sql.executeUpdate(SqliteRevisions.TABLE);
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static void requireOurs(Connection connection, Path file) throws SQLException {
    if (number(connection, "PRAGMA application_id") != APPLICATION_ID) {
      throw new StoreException(file + ": is a database, but not one of Herald's; move it away");
    }
    int format = number(connection, "PRAGMA user_version");
    if (format > FORMAT) {
      throw new StoreException(
          file
              + ": has format "
              + format
              + ", this version reads up to "
              + FORMAT
              + "; start the newer version that wrote it");
    }
    if (format < 1) {
      throw new StoreException(file + ": has no valid format number; " + remedy());
    }
  }

  private static void requireWhole(Connection connection, Path file) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery("PRAGMA integrity_check(1)")) {
      if (!rows.next() || !rows.getString(1).equals("ok")) {
        throw new StoreException(
            file + ": is damaged (" + rows.getString(1).replace('\n', ' ') + "); " + remedy());
      }
    }
    SqliteIssuanceLog.requireWhole(connection, file.toString());
    SqliteRevisions.read(connection, file.toString());
  }

  static String remedy() {
    return "restore it from a backup, or move it away to start with an empty one";
  }

  private static int number(Connection connection, String query) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** The primary code: extended ones carry it in their low byte. */
  private static SQLiteErrorCode code(SQLException e) {
    return e instanceof SQLiteException sqlite
        ? SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff)
        : SQLiteErrorCode.UNKNOWN_ERROR;
  }

  private static void sync(Path path, StandardOpenOption mode) throws IOException {
    try (FileChannel channel = FileChannel.open(path, mode)) {
      channel.force(true);
    }
  }
}
