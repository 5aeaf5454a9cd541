package io.heraldmesh.store.sql;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The end of a log whose rows are numbered from 1 without gaps and hold a digest over their fields
 * and the row before. It stands in a table of its own, so that missing last rows are found, and is
 * locked by whoever appends, so that several nodes write one chain.
 */
record Head(long number, String digest) {

  static Head read(Connection connection, String log) throws SQLException {
    return select(connection, log, "");
  }

  static Head locked(Connection connection, Dialect dialect, String log) throws SQLException {
    return select(connection, log, dialect.forUpdate());
  }

  private static Head select(Connection connection, String log, String lock) throws SQLException {
    return Sql.first(
            connection,
            "SELECT number, digest FROM head WHERE log = ?" + lock,
            row -> new Head(row.getLong("number"), row.getString("digest")),
            log)
        .orElse(new Head(-1, ""));
  }

  void write(Connection connection, String log) throws SQLException {
    int rows =
        Sql.update(
            connection,
            "UPDATE head SET number = ?, digest = ? WHERE log = ?",
            number,
            digest,
            log);
    if (rows != 1) {
      throw new SQLException("the head of " + log + " is missing");
    }
  }
}
