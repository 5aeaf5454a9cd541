package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The words of SQLite. One writer, so nothing needs a lock or a second attempt. */
final class SqliteDialect implements Dialect {

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public String translate(String statement) {
    return statement.replace("{strict}", "STRICT").replace("BIGINT", "INTEGER");
  }

  @Override
  public String forUpdate() {
    return "";
  }

  @Override
  public long now(Connection connection) throws SQLException {
    return Sql.first(
            connection,
            "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now",
            row -> row.getLong("now"))
        .orElseThrow();
  }

  /** One writes at a time anyway. */
  @Override
  public void alone(Connection connection, String name) {}

  @Override
  public int format(Connection connection) throws SQLException {
    return number(connection, "PRAGMA user_version");
  }

  @Override
  public void formatIs(Connection connection, int format) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.executeUpdate("PRAGMA user_version = " + format);
    }
  }

  @Override
  public StoreException failure(String name, SQLException e) {
    return switch (code(e)) {
      case SQLITE_NOTADB ->
          because(Reason.DAMAGED, name, "is not a database, or damaged; " + remedy(), e);
      case SQLITE_CORRUPT -> because(Reason.DAMAGED, name, "is damaged; " + remedy(), e);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          because(Reason.IN_USE, name, "is in use by another process; stop that one first", e);
      case SQLITE_FULL -> because(Reason.FULL, name, "the disk is full; free some space", e);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
          because(
              Reason.NOT_WRITABLE,
              name,
              "cannot be written; check owner and permissions of the file and its folder, and that"
                  + " the disk is not mounted read-only",
              e);
      case SQLITE_CONSTRAINT ->
          because(Reason.TAKEN, name, "refused by a constraint: " + message(e), e);
      case SQLITE_IOERR ->
          because(Reason.FAILED, name, "the disk cannot be read or written: " + message(e), e);
      default -> because(Reason.FAILED, name, "failed: " + message(e), e);
    };
  }

  private static StoreException because(Reason reason, String name, String what, SQLException e) {
    return new StoreException(reason, name + ": " + what, e);
  }

  @Override
  public boolean again(SQLException e) {
    return false;
  }

  /** One node alone, whose writes are grouped; it would gain nothing. */
  @Override
  public void unsynced(Connection connection) {}

  /** The driver would go on without one, and each statement would be committed for itself. */
  @Override
  public void beginAgain(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.execute("BEGIN");
    }
  }

  @Override
  public String remedy() {
    return "restore it from a backup, or move it away to start with an empty one";
  }

  static int number(Connection connection, String query) throws SQLException {
    return Sql.first(connection, query, row -> row.getInt(1)).orElse(0);
  }

  private static String message(SQLException e) {
    return String.valueOf(e.getMessage()).replace('\n', ' ');
  }

  /** The primary code: extended ones carry it in their low byte. */
  private static SQLiteErrorCode code(SQLException e) {
    if (e instanceof BatchUpdateException && e.getCause() instanceof SQLException cause) {
      return code(cause);
    }
    int code = e instanceof SQLiteException sqlite ? sqlite.getResultCode().code : e.getErrorCode();
    return code == 0 ? SQLiteErrorCode.UNKNOWN_ERROR : SQLiteErrorCode.getErrorCode(code & 0xff);
  }
}
