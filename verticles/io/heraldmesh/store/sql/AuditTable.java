package io.heraldmesh.store.sql;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The audit log as a table, chained as {@link Head} says. */
final class AuditTable implements AuditLog {
  static final String LOG = "audit";

  static final String COLUMNS = "at, actor, action, subject, outcome, detail";

  private final Database database;
  private final Batch<AuditEvent> batch;

  AuditTable(Database database) {
    this.database = database;
    this.batch = (connection, events) -> insert(connection, database.dialect(), events);
  }

  @Override
  public CompletableFuture<Void> append(AuditEvent event) {
    return database.append(batch, event);
  }

  @Override
  public List<Entry> list(long before, int most) {
    return database.read(
        connection ->
            Sql.list(
                connection,
                "SELECT number, "
                    + COLUMNS
                    + " FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
                row -> new Entry(row.getLong("number"), event(row)),
                before <= 0 ? Long.MAX_VALUE : before,
                (long) Math.max(1, most)));
  }

  static void insert(Connection connection, Dialect dialect, List<AuditEvent> events)
      throws SQLException {
    Head head = Head.locked(connection, dialect, LOG);
    String previous = head.digest();
    long number = head.number();
    try (PreparedStatement sql =
        connection.prepareStatement(
            "INSERT INTO audit ("
                + COLUMNS
                + ", digest, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (AuditEvent event : events) {
        previous = digest(previous, event);
        Sql.bind(
            sql,
            event.at().toEpochMilli(),
            event.actor(),
            event.action(),
            event.subject(),
            event.outcome(),
            event.detail(),
            previous,
            ++number);
        sql.addBatch();
      }
      sql.executeBatch();
    }
    new Head(number, previous).write(connection, LOG);
  }

  static String digest(String previous, AuditEvent event) {
    return RecordDigest.of(
        previous,
        event.at().toEpochMilli(),
        event.actor(),
        event.action(),
        event.subject(),
        event.outcome(),
        event.detail());
  }

  static AuditEvent event(ResultSet row) throws SQLException {
    return new AuditEvent(
        Instant.ofEpochMilli(row.getLong("at")),
        row.getString("actor"),
        row.getString("action"),
        row.getString("subject"),
        row.getString("outcome"),
        row.getString("detail"));
  }
}
