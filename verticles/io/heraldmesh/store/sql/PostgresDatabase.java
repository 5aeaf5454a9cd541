package io.heraldmesh.store.sql;

import com.zaxxer.hikari.HikariDataSource;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Transactions of several control nodes at once, in READ COMMITTED: whoever changes something that
 * depends on what is there locks the rows first. A deadlock is tried again.
 */
final class PostgresDatabase implements Database {
  private static final Dialect DIALECT = new PostgresDialect();
  private static final int ATTEMPTS = 5;
  private static final int PAUSE_MILLIS = 20;

  private final HikariDataSource pool;
  private final GroupWriter writer;
  private final String name;

  PostgresDatabase(HikariDataSource pool, String name) {
    this.pool = pool;
    this.name = name;
    this.writer = new GroupWriter(new Pooled(pool), DIALECT, name);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Dialect dialect() {
    return DIALECT;
  }

  @Override
  public boolean shared() {
    return true;
  }

  @Override
  public <T> T read(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      try (Statement sql = connection.createStatement()) {
        sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      }
      T found = work.run(connection);
      connection.rollback();
      return found;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  @Override
  public <T> T write(Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(work);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !DIALECT.again(e)) {
          throw failure(e);
        }
        pause(attempt);
      }
    }
  }

  private <T> T once(Work<T> work) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      T done;
      try {
        done = work.run(connection);
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
      commit(connection, name);
      return done;
    }
  }

  /** A commit that broke may have been done. */
  private static void commit(Connection connection, String name) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (PostgresDialect.broken(e)) {
        throw new StoreException(
            Reason.OUTCOME_UNKNOWN,
            name
                + ": the connection broke during the commit, so it is not known whether the change"
                + " is in force; read before trying again",
            e);
      }
      throw e;
    }
  }

  private StoreException failure(SQLException e) {
    return pool.isClosed()
        ? new StoreException(Reason.CLOSED, name + ": is closed", e)
        : DIALECT.failure(name, e);
  }

  private void pause(int attempt) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(1, PAUSE_MILLIS * attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Reason.BUSY, name + ": interrupted between two attempts", e);
    }
  }

  @Override
  public <P> CompletableFuture<Void> append(Batch<P> batch, P item) {
    return writer.append(batch, item);
  }

  @Override
  public void close() {
    writer.close();
  }

  private record Pooled(HikariDataSource pool) implements GroupWriter.Connections {
    @Override
    public Connection borrow() throws SQLException {
      return pool.getConnection();
    }

    @Override
    public void giveBack(Connection connection) throws SQLException {
      connection.close();
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
