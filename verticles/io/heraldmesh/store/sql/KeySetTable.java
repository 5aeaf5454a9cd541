package io.heraldmesh.store.sql;

import io.heraldmesh.store.KeptKeySets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One row a source. Not part of the format, as leases are not: the table is made where it is
 * missing.
 */
final class KeySetTable implements KeptKeySets {
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS key_set (
        name TEXT PRIMARY KEY,
        content TEXT NOT NULL
      ) {strict}
      """;

  private final Database database;

  KeySetTable(Database database) {
    this.database = database;
  }

  /** Makes the table, within the connection's transaction. */
  static void prepare(Connection connection, Dialect dialect) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(dialect.translate(TABLE));
    }
  }

  @Override
  public Optional<String> read(String name) {
    return database.read(
        connection ->
            Sql.first(
                connection,
                "SELECT content FROM key_set WHERE name = ?",
                row -> row.getString("content"),
                name));
  }

  @Override
  public void write(String name, String content) {
    database.write(
        connection ->
            Sql.update(
                connection,
                "INSERT INTO key_set (name, content) VALUES (?, ?)"
                    + " ON CONFLICT (name) DO UPDATE SET content = excluded.content",
                name,
                content));
  }

  @Override
  public void keepOnly(Collection<String> names) {
    Set<String> wanted = Set.copyOf(names);
    database.write(
        connection -> {
          List<String> held =
              Sql.list(connection, "SELECT name FROM key_set", row -> row.getString("name"));
          for (String name : held) {
            if (!wanted.contains(name)) {
              Sql.update(connection, "DELETE FROM key_set WHERE name = ?", name);
            }
          }
          return held.size();
        });
  }
}
