package io.heraldmesh.store.sql;

import io.heraldmesh.store.Lease;
import io.heraldmesh.store.Leases;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * One row a lease, locked by whoever may change it. Not part of the format: the table is made where
 * it is missing, and nobody misses what is in it. So its own changes do not wait for the disk, and
 * a slow one does not cost the holder its turn: what counts is written with the row locked and
 * looked at ({@link #requireHeld}), and is on disk together with it. A server that forgets a lease
 * when it dies gives its term to the next holder, whose name is another one.
 */
final class LeaseTable implements Leases {
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS lease (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        term BIGINT NOT NULL CHECK (term >= 0),
        expires_at BIGINT NOT NULL
      ) {strict}
      """;

  private final Database database;

  LeaseTable(Database database) {
    this.database = database;
  }

  private record Row(String holder, long term, long expiresAt) {
    boolean isOf(Lease lease) {
      return holder.equals(lease.holder()) && term == lease.term();
    }
  }

  /** Makes the table, within the connection's transaction. */
  static void prepare(Connection connection, Dialect dialect) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(dialect.translate(TABLE));
    }
  }

  @Override
  public Optional<Lease> acquire(String name, String holder, Duration life) {
    if (isAnothers(name, holder)) {
      return Optional.empty();
    }
    return database.write(
        connection -> {
          database.dialect().unsynced(connection);
          Sql.update(
              connection,
              "INSERT INTO lease (name, holder, term, expires_at) VALUES (?, '', 0, 0)"
                  + " ON CONFLICT DO NOTHING",
              name);
          Row row = locked(connection, database, name).orElseThrow();
          long now = database.dialect().now(connection);
          boolean own = row.holder().equals(holder);
          if (!own && row.expiresAt() > now) {
            return Optional.empty();
          }
          Lease lease = new Lease(name, holder, own ? row.term() : row.term() + 1);
          hold(connection, lease, now + life.toMillis());
          return Optional.of(lease);
        });
  }

  private static void hold(Connection connection, Lease lease, long until) throws SQLException {
    Sql.update(
        connection,
        "UPDATE lease SET holder = ?, term = ?, expires_at = ? WHERE name = ?",
        lease.holder(),
        lease.term(),
        until,
        lease.name());
  }

  /**
   * Looked at without the row's lock: who waits for the turn would hold it until a transaction is
   * on disk, and so keep the holder from lengthening in time where disks are slow.
   */
  private boolean isAnothers(String name, String holder) {
    return database.read(
        connection -> {
          long now = database.dialect().now(connection);
          return row(connection, name, "")
              .filter(row -> !row.holder().equals(holder) && row.expiresAt() > now)
              .isPresent();
        });
  }

  @Override
  public Optional<Lease> takeOver(Lease from, String holder, Duration life) {
    return database.write(
        connection -> {
          database.dialect().unsynced(connection);
          Optional<Row> row = locked(connection, database, from.name());
          if (row.filter(r -> r.isOf(from)).isEmpty()) {
            return Optional.empty();
          }
          Lease lease = new Lease(from.name(), holder, from.term() + 1);
          hold(connection, lease, database.dialect().now(connection) + life.toMillis());
          return Optional.of(lease);
        });
  }

  @Override
  public Optional<Held> held(String name) {
    return database.read(
        connection -> {
          long now = database.dialect().now(connection);
          return row(connection, name, "")
              .filter(row -> row.expiresAt() > now)
              .map(
                  row ->
                      new Held(
                          new Lease(name, row.holder(), row.term()),
                          Duration.ofMillis(row.expiresAt() - now)));
        });
  }

  @Override
  public void release(Lease lease) {
    database.write(
        connection -> {
          database.dialect().unsynced(connection);
          return Sql.update(
              connection,
              "UPDATE lease SET holder = '', expires_at = 0"
                  + " WHERE name = ? AND holder = ? AND term = ?",
              lease.name(),
              lease.holder(),
              lease.term());
        });
  }

  @Override
  public Revision next(Lease lease) {
    return database.write(
        connection -> {
          requireHeld(connection, database, lease);
          Revision last = RevisionTable.locked(connection, database);
          Revision next = new Revision(last.epoch(), last.number() + 1);
          RevisionTable.write(connection, next);
          return next;
        });
  }

  /** Nobody else takes it until the transaction ends. */
  static void requireHeld(Connection connection, Database database, Lease lease)
      throws SQLException {
    Optional<Row> row = locked(connection, database, lease.name());
    if (row.filter(r -> r.isOf(lease)).isEmpty()
        || row.get().expiresAt() <= database.dialect().now(connection)) {
      throw new StoreException(
          Reason.TAKEN,
          database.name() + ": this node does not hold the lease " + lease.name() + " any more");
    }
  }

  private static Optional<Row> locked(Connection connection, Database database, String name)
      throws SQLException {
    return row(connection, name, database.dialect().forUpdate());
  }

  private static Optional<Row> row(Connection connection, String name, String lock)
      throws SQLException {
    return Sql.first(
        connection,
        "SELECT holder, term, expires_at FROM lease WHERE name = ?" + lock,
        row -> new Row(row.getString("holder"), row.getLong("term"), row.getLong("expires_at")),
        name);
  }
}
