package io.heraldmesh.store.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One row for each node that was revoked. A trigger keeps it, and keeps it from falling. */
record RevocationTable(Database database) {
  static final String COLUMNS = "node, void_before, digest";

  /** One row. */
  record Mark(String node, Instant voidBefore) {}

  /** Those that reach beyond {@code after}. */
  Map<String, Instant> after(Connection connection, Instant after) throws SQLException {
    Map<String, Instant> marks = new HashMap<>();
    Sql.list(
            connection,
            "SELECT " + COLUMNS + " FROM revocation WHERE void_before > ?",
            this::mark,
            after.toEpochMilli())
        .forEach(mark -> marks.put(mark.node(), mark.voidBefore()));
    return marks;
  }

  Optional<Instant> of(Connection connection, String node) throws SQLException {
    return Sql.first(
            connection, "SELECT " + COLUMNS + " FROM revocation WHERE node = ?", this::mark, node)
        .map(Mark::voidBefore);
  }

  /** Leaves one alone that reaches further. */
  static void raise(Connection connection, String node, Instant voidBefore) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO revocation ("
            + COLUMNS
            + ") VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE SET"
            + " void_before = excluded.void_before, digest = excluded.digest"
            + " WHERE excluded.void_before > revocation.void_before",
        node,
        voidBefore.toEpochMilli(),
        digest(node, voidBefore));
  }

  Mark mark(ResultSet row) throws SQLException {
    Mark mark = new Mark(row.getString("node"), Instant.ofEpochMilli(row.getLong("void_before")));
    if (!digest(mark.node(), mark.voidBefore()).equals(row.getString("digest"))) {
      throw database.damaged("revocation of node " + mark.node());
    }
    return mark;
  }

  static String digest(String node, Instant voidBefore) {
    return RecordDigest.of(node, voidBefore.toEpochMilli());
  }
}
