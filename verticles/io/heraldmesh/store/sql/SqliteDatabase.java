package io.heraldmesh.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/** One connection, which only the writer's thread uses. */
final class SqliteDatabase implements Database {
  private static final Dialect DIALECT = new SqliteDialect();

  private final GroupWriter writer;
  private final String name;

  /**
   * @param lock let go when all is written
   */
  SqliteDatabase(Connection connection, String name, Runnable lock) {
    this.name = name;
    this.writer = new GroupWriter(new Only(connection, lock), DIALECT, name);
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
    return false;
  }

  @Override
  public <T> T read(Work<T> work) {
    return write(work);
  }

  @Override
  public <T> T write(Work<T> work) {
    return Blocking.get(writer.submit(work), name);
  }

  @Override
  public <P> CompletableFuture<Void> append(Batch<P> batch, P item) {
    return writer.append(batch, item);
  }

  @Override
  public void close() {
    writer.close();
  }

  private record Only(Connection connection, Runnable lock) implements GroupWriter.Connections {
    @Override
    public Connection borrow() {
      return connection;
    }

    @Override
    public void giveBack(Connection borrowed) {}

    @Override
    public void close() throws SQLException {
      try {
        connection.close();
      } finally {
        lock.run();
      }
    }
  }
}
