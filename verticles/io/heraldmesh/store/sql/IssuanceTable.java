package io.heraldmesh.store.sql;

import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.IssuanceRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The issuance log as a table, chained as {@link Head} says. */
final class IssuanceTable implements IssuanceLog {
  static final String LOG = "issuance";

  static final String COLUMNS =
      "serial, spiffe_id, node, not_before, not_after, issued_at, fingerprint, requester";

  private final Database database;
  private final Batch<List<IssuanceRecord>> batch;

  IssuanceTable(Database database) {
    this.database = database;
    this.batch =
        (connection, groups) ->
            insert(connection, database.dialect(), groups.stream().flatMap(List::stream).toList());
  }

  @Override
  public CompletableFuture<Void> append(List<IssuanceRecord> records) {
    return database.append(batch, List.copyOf(records));
  }

  @Override
  public Optional<IssuanceRecord> find(String serialHex) {
    return database.read(
        connection ->
            Sql.first(
                connection,
                "SELECT " + COLUMNS + " FROM issuance WHERE serial = ?",
                IssuanceTable::record,
                serialHex));
  }

  @Override
  public List<IssuanceRecord> after(long after, int most) {
    return database.read(
        connection ->
            Sql.list(
                connection,
                "SELECT " + COLUMNS + " FROM issuance WHERE number > ? ORDER BY number LIMIT ?",
                IssuanceTable::record,
                after,
                (long) Math.max(1, most)));
  }

  @Override
  public long size() {
    return database.read(connection -> Head.read(connection, LOG).number());
  }

  static void insert(Connection connection, Dialect dialect, List<IssuanceRecord> records)
      throws SQLException {
    Head head = Head.locked(connection, dialect, LOG);
    String previous = head.digest();
    long number = head.number();
    try (PreparedStatement sql =
        connection.prepareStatement(
            "INSERT INTO issuance ("
                + COLUMNS
                + ", digest, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (IssuanceRecord record : records) {
        previous = digest(previous, record);
        Sql.bind(
            sql,
            record.serialHex(),
            record.spiffeId(),
            record.node(),
            record.notBefore().toEpochMilli(),
            record.notAfter().toEpochMilli(),
            record.issuedAt().toEpochMilli(),
            record.fingerprint(),
            record.requester(),
            previous,
            ++number);
        sql.addBatch();
      }
      sql.executeBatch();
    }
    new Head(number, previous).write(connection, LOG);
  }

  static String digest(String previous, IssuanceRecord record) {
    return RecordDigest.of(
        previous,
        record.serialHex(),
        record.spiffeId(),
        record.node(),
        record.notBefore().toEpochMilli(),
        record.notAfter().toEpochMilli(),
        record.issuedAt().toEpochMilli(),
        record.fingerprint(),
        record.requester());
  }

  static IssuanceRecord record(ResultSet row) throws SQLException {
    return new IssuanceRecord(
        row.getString("serial"),
        row.getString("spiffe_id"),
        row.getString("node"),
        Instant.ofEpochMilli(row.getLong("not_before")),
        Instant.ofEpochMilli(row.getLong("not_after")),
        Instant.ofEpochMilli(row.getLong("issued_at")),
        row.getString("fingerprint"),
        row.getString("requester"));
  }
}
