package io.heraldmesh.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;

/** The revision counter as a table of one row; no row stands for (1, 0). */
final class SqliteRevisions implements Revisions {
  static final String TABLE =
      """
      CREATE TABLE revision (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch INTEGER NOT NULL CHECK (epoch >= 1),
        number INTEGER NOT NULL CHECK (number >= 0),
        digest TEXT NOT NULL
      ) STRICT
      """;

  private final GroupWriter writer;
  private final String name;

  SqliteRevisions(GroupWriter writer, String name) {
    this.writer = writer;
    this.name = name;
  }

  @Override
  public Revision current() {
    return Blocking.get(writer.submit(connection -> read(connection, name)), name);
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
    return Blocking.get(
        writer.submit(
            connection -> {
              Revision next = step.apply(read(connection, name));
              try (PreparedStatement sql =
                  connection.prepareStatement(
                      "INSERT OR REPLACE INTO revision (id, epoch, number, digest)"
                          + " VALUES (1, ?, ?, ?)")) {
                sql.setLong(1, next.epoch());
                sql.setLong(2, next.number());
                sql.setString(3, digest(next));
                sql.executeUpdate();
              }
              return next;
            }),
        name);
  }

  static Revision read(Connection connection, String name) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery("SELECT epoch, number, digest FROM revision")) {
      if (!rows.next()) {
        return new Revision(1, 0);
      }
      Revision revision = new Revision(rows.getLong("epoch"), rows.getLong("number"));
      if (!digest(revision).equals(rows.getString("digest"))) {
        throw new StoreException(name + ": is damaged (revision); " + SqliteFile.remedy());
      }
      return revision;
    }
  }

  private static String digest(Revision revision) {
    return RecordDigest.of(Long.toString(revision.epoch()), Long.toString(revision.number()));
  }
}
