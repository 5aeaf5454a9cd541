package io.heraldmesh.store.sql;

import io.heraldmesh.store.Announced;
import io.heraldmesh.store.Announcements;
import io.heraldmesh.store.Lease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One row a node. Like {@link LeaseTable} not part of the format: made where it is missing. */
final class AnnouncementTable implements Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(AnnouncementTable.class);

  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS announcement (
        node TEXT PRIMARY KEY,
        sequence BIGINT NOT NULL,
        message TEXT,
        lost_at BIGINT,
        digest TEXT NOT NULL
      ) {strict}
      """;

  private final Database database;

  AnnouncementTable(Database database) {
    this.database = database;
  }

  /** Makes the table, within the connection's transaction. */
  static void prepare(Connection connection, Dialect dialect) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(dialect.translate(TABLE));
    }
  }

  @Override
  public List<Announced> all() {
    return database
        .read(
            connection ->
                Sql.list(
                    connection,
                    "SELECT node, sequence, message, lost_at, digest FROM announcement"
                        + " ORDER BY node",
                    this::whole))
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public void keep(List<Announced> announced, @Nullable Lease held) {
    database.write(
        connection -> {
          if (held != null) {
            LeaseTable.requireHeld(connection, database, held);
          }
          for (Announced one : announced) {
            Sql.update(
                connection,
                "INSERT INTO announcement (node, sequence, message, lost_at, digest)"
                    + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (node) DO UPDATE SET"
                    + " sequence = excluded.sequence, message = excluded.message,"
                    + " lost_at = excluded.lost_at, digest = excluded.digest"
                    + " WHERE announcement.sequence <= excluded.sequence",
                one.node(),
                one.sequence(),
                one.message(),
                millis(one.lostAt()),
                digest(one));
          }
          return true;
        });
  }

  @Override
  public void forget(String node) {
    database.write(connection -> forget(connection, node));
  }

  /** Within the transaction that takes back what the node may run. */
  static int forget(Connection connection, String node) throws SQLException {
    return Sql.update(connection, "DELETE FROM announcement WHERE node = ?", node);
  }

  private Optional<Announced> whole(ResultSet row) throws SQLException {
    String node = row.getString("node");
    long lostAt = row.getLong("lost_at");
    Instant lost = row.wasNull() ? null : Instant.ofEpochMilli(lostAt);
    try {
      Announced announced =
          new Announced(node, row.getLong("sequence"), row.getString("message"), lost);
      if (digest(announced).equals(row.getString("digest"))) {
        return Optional.of(announced);
      }
    } catch (IllegalArgumentException e) {
      // As little the row that was written as one with another digest.
    }
    LOG.warn(
        "{}: what node {} announced is damaged; it has to announce itself", database.name(), node);
    return Optional.empty();
  }

  private static @Nullable Long millis(@Nullable Instant at) {
    return at == null ? null : at.toEpochMilli();
  }

  private static String digest(Announced one) {
    return RecordDigest.of(one.node(), one.sequence(), one.message(), millis(one.lostAt()));
  }
}
