package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.security.cert.CertificateException;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The words of PostgreSQL. Codes stand in appendix A of its manual. */
final class PostgresDialect implements Dialect {
  private static final String NAME_CHECK = "PgjdbcHostnameVerifier";

  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public String translate(String statement) {
    return statement.replace("{strict}", "");
  }

  @Override
  public String forUpdate() {
    return " FOR UPDATE";
  }

  @Override
  public long now(Connection connection) throws SQLException {
    return Sql.first(
            connection,
            "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
            row -> row.getLong("now"))
        .orElseThrow();
  }

  @Override
  public void unsynced(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.execute("SET LOCAL synchronous_commit TO off");
    }
  }

  @Override
  public void alone(Connection connection, String name) throws SQLException {
    Sql.first(
        connection,
        "SELECT pg_advisory_xact_lock(hashtextextended(?, 0)) IS NULL AS locked",
        row -> row.getBoolean("locked"),
        name);
  }

  @Override
  public int format(Connection connection) throws SQLException {
    boolean there =
        Sql.first(
                connection,
                "SELECT to_regclass('migration') IS NOT NULL AS there",
                row -> row.getBoolean("there"))
            .orElse(false);
    return there
        ? Sql.first(
                connection,
                "SELECT coalesce(max(number), 0) AS format FROM migration",
                row -> row.getInt("format"))
            .orElse(0)
        : 0;
  }

  /** The newest row of {@code migration} says it. */
  @Override
  public void formatIs(Connection connection, int format) {}

  @Override
  public StoreException failure(String name, SQLException e) {
    String state = state(e);
    String message = message(e);
    return switch (state) {
      case "28000", "28P01" ->
          because(
              Reason.FAILED,
              name,
              "refuses the user (" + message + "); check user and passwordFile",
              e);
      case "3D000" ->
          because(Reason.FAILED, name, "there is no such database (" + message + "); make it", e);
      case "42501" ->
          because(
              Reason.NOT_WRITABLE,
              name,
              "the user may not do this (" + message + "); make it the owner of the database",
              e);
      case "25006" ->
          because(
              Reason.NOT_WRITABLE,
              name,
              "is read-only; name the primary server, or make it writable",
              e);
      case "53100" -> because(Reason.FULL, name, "the server's disk is full; free some space", e);
      case "53300" ->
          because(
              Reason.UNREACHABLE,
              name,
              "has no connection left; raise its max_connections or lower connections",
              e);
      case "40001", "40P01", "55P03", "57014" ->
          because(Reason.BUSY, name, "did not get to it in time (" + message + ")", e);
      case "XX001", "XX002" ->
          because(Reason.DAMAGED, name, "is damaged (" + message + "); " + remedy(), e);
      case "08004" -> because(Reason.FAILED, name, "refuses this connection (" + message + ")", e);
      default ->
          untrusted(e)
              ? because(
                  Reason.FAILED,
                  name,
                  "the server's certificate is not believed ("
                      + message
                      + "); check tls.roots and the name in url",
                  e)
              : byClass(name, state, message, e);
    };
  }

  /** Its chain, or its name, of which the driver says no more than who looked at it. */
  private static boolean untrusted(SQLException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof CertificateException) {
        return true;
      }
    }
    return message(e).contains(NAME_CHECK);
  }

  private static StoreException byClass(String name, String state, String message, SQLException e) {
    if (state.startsWith("08") || state.startsWith("57P")) {
      return because(
          Reason.UNREACHABLE,
          name,
          "cannot be reached ("
              + message
              + "); check that it runs and that this machine may connect",
          e);
    }
    return state.startsWith("23")
        ? because(Reason.TAKEN, name, "refused by a constraint (" + message + ")", e)
        : because(Reason.FAILED, name, "failed: " + message, e);
  }

  private static StoreException because(Reason reason, String name, String what, SQLException e) {
    return new StoreException(reason, name + ": " + what, e);
  }

  /** A deadlock, a conflict of serializable transactions, a lock that was not to be had. */
  @Override
  public boolean again(SQLException e) {
    return switch (state(e)) {
      case "40001", "40P01", "55P03" -> true;
      default -> false;
    };
  }

  /** The server is gone, or ends this session: whether it still committed cannot be told. */
  static boolean broken(SQLException e) {
    String state = state(e);
    return state.isEmpty() || state.startsWith("08") || state.startsWith("57P");
  }

  /** Its transactions end when they are told to, or with the connection. */
  @Override
  public void beginAgain(Connection connection) {}

  @Override
  public String remedy() {
    return "restore it from a backup, or name an empty database";
  }

  private static String state(SQLException e) {
    String state = cause(e).getSQLState();
    return state == null ? e instanceof SQLTransientConnectionException ? "08001" : "" : state;
  }

  private static String message(SQLException e) {
    return String.valueOf(cause(e).getMessage()).replace('\n', ' ');
  }

  /** What the pool or a batch wraps. */
  private static SQLException cause(SQLException e) {
    @Nullable Throwable inner =
        e instanceof BatchUpdateException && e.getNextException() != null
            ? e.getNextException()
            : e.getCause();
    boolean wrapper =
        e instanceof BatchUpdateException || e instanceof SQLTransientConnectionException;
    return wrapper && inner instanceof SQLException sql ? sql : e;
  }
}
