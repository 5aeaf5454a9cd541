package io.heraldmesh.store.sql;

import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Revisions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;

/**
 * The revision counter as a table of one row, which whoever changes something locks first: so
 * changes of several control nodes come one after another. A trigger refuses a lower one.
 */
final class RevisionTable implements Revisions {
  private final Database database;

  RevisionTable(Database database) {
    this.database = database;
  }

  @Override
  public Revision current() {
    return database.read(connection -> read(connection, database, ""));
  }

  @Override
  public Revision next() {
    return change(last -> new Revision(last.epoch(), last.number() + 1));
  }

  @Override
  public Revision newEpoch() {
    return change(last -> new Revision(last.epoch() + 1, 0));
  }

  private Revision change(UnaryOperator<Revision> step) {
    return database.write(
        connection -> {
          Revision next = step.apply(locked(connection, database));
          write(connection, next);
          return next;
        });
  }

  static Revision current(Connection connection, Database database) throws SQLException {
    return read(connection, database, "");
  }

  /** The newest, which nobody else changes until the transaction ends. */
  static Revision locked(Connection connection, Database database) throws SQLException {
    return read(connection, database, database.dialect().forUpdate());
  }

  static void write(Connection connection, Revision next) throws SQLException {
    Sql.update(
        connection,
        "UPDATE revision SET epoch = ?, number = ?, digest = ? WHERE id = 1",
        next.epoch(),
        next.number(),
        digest(next));
  }

  private static Revision read(Connection connection, Database database, String lock)
      throws SQLException {
    return Sql.first(
            connection,
            "SELECT epoch, number, digest FROM revision WHERE id = 1" + lock,
            row -> {
              Revision revision = new Revision(row.getLong("epoch"), row.getLong("number"));
              if (!digest(revision).equals(row.getString("digest"))) {
                throw database.damaged("revision");
              }
              return revision;
            })
        .orElseThrow(() -> database.damaged("revision is missing"));
  }

  static String digest(Revision revision) {
    return RecordDigest.of(revision.epoch(), revision.number());
  }
}
