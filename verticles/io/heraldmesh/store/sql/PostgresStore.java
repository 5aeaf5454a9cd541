package io.heraldmesh.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.sql.PostgresSource.Client;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The state of several control nodes in PostgreSQL. What was acknowledged is on the server's disk;
 * a server that is set up to forget is refused.
 */
public final class PostgresStore {
  private static final long CONNECT_MILLIS = 3_000;
  private static final long LIFE_MILLIS = 30 * 60_000;

  /** Of the last rows of each log; the rest is read by {@code herald state export}. */
  private static final long ROWS_CHECKED = 1_000;

  /** Any number, as long as all control nodes take the same: one at a time makes the tables. */
  private static final long MIGRATION_LOCK = 0x4845_5241_4c44_0001L;

  private PostgresStore() {}

  /**
   * Connects, makes the tables or brings the format before this one to today's, and checks them.
   *
   * @throws StoreException when the server cannot be reached, refuses, would lose what it
   *     acknowledged, or has tables of a format that this version does not read; nothing that it
   *     held was changed then
   */
  public static Store open(PostgresSettings settings) {
    return new DatabaseStore(database(settings, Client.NODE));
  }

  static Database database(PostgresSettings settings, Client client) {
    HikariDataSource pool = pool(settings, client, false);
    Database database = new PostgresDatabase(pool, settings.name());
    try {
      database.write(
          connection -> {
            requireDurable(connection, settings.name());
            prepare(connection, settings);
            return true;
          });
      database.read(
          connection -> {
            Tables.requireWhole(connection, database, ROWS_CHECKED);
            return true;
          });
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Makes nothing and brings nothing forward; what is written through it is refused. */
  static Database databaseToRead(PostgresSettings settings) {
    HikariDataSource pool = pool(settings, Client.COMMAND, true);
    Database database = new PostgresDatabase(pool, settings.name());
    try {
      database.read(
          connection -> {
            Migrations.requireToday(connection, database.dialect(), settings.name());
            return true;
          });
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static HikariDataSource pool(PostgresSettings settings, Client client, boolean readOnly) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("herald-store");
    config.setDataSource(PostgresSource.of(settings, client));
    config.setAutoCommit(false);
    config.setReadOnly(readOnly);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setMaximumPoolSize(settings.connections());
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setValidationTimeout(CONNECT_MILLIS / 2);
    config.setMaxLifetime(LIFE_MILLIS);
    try {
      return new HikariDataSource(config);
    } catch (PoolInitializationException e) {
      throw e.getCause() instanceof SQLException cause
          ? new PostgresDialect().failure(settings.name(), cause)
          : new StoreException(Reason.UNREACHABLE, settings.name() + ": cannot be reached", e);
    }
  }

  private static void requireDurable(Connection connection, String name) throws SQLException {
    for (String setting : new String[] {"fsync", "full_page_writes"}) {
      boolean on =
          Sql.first(
                  connection,
                  "SELECT current_setting(?) = 'on' AS durable",
                  row -> row.getBoolean("durable"),
                  setting)
              .orElse(false);
      if (!on) {
        throw new StoreException(
            Reason.FAILED,
            name
                + ": the server runs with "
                + setting
                + " off and would lose what it acknowledged; switch it on");
      }
    }
  }

  private static void prepare(Connection connection, PostgresSettings settings)
      throws SQLException {
    Sql.first(
        connection,
        "SELECT pg_advisory_xact_lock(?) IS NULL AS locked",
        row -> row.getBoolean("locked"),
        MIGRATION_LOCK);
    boolean there =
        Sql.first(
                connection,
                "SELECT to_regnamespace(?) IS NOT NULL AS there",
                row -> row.getBoolean("there"),
                settings.schema())
            .orElse(false);
    if (!there) {
      try (Statement sql = connection.createStatement()) {
        sql.executeUpdate("CREATE SCHEMA \"" + settings.schema() + "\"");
      }
    }
    Migrations.run(connection, new PostgresDialect(), settings.name());
  }
}
