package io.heraldmesh.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The issuance log as a table. Each row holds a digest over its fields and the row before, so that
 * a changed, missing or inserted row is found when the file is opened.
 */
final class SqliteIssuanceLog implements IssuanceLog {
  static final String TABLE =
      """
      CREATE TABLE issuance (
        number INTEGER PRIMARY KEY,
        serial TEXT NOT NULL UNIQUE,
        spiffe_id TEXT NOT NULL,
        node TEXT NOT NULL,
        not_before INTEGER NOT NULL,
        not_after INTEGER NOT NULL,
        issued_at INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        requester TEXT NOT NULL,
        digest TEXT NOT NULL
      ) STRICT
      """;

  private static final String COLUMNS =
      "serial, spiffe_id, node, not_before, not_after, issued_at, fingerprint, requester, digest";

  private final GroupWriter writer;
  private final String name;

  SqliteIssuanceLog(GroupWriter writer, String name) {
    this.writer = writer;
    this.name = name;
  }

  @Override
  public CompletableFuture<Void> append(List<IssuanceRecord> records) {
    List<IssuanceRecord> copy = List.copyOf(records);
    return writer.submit(connection -> insert(connection, copy)).thenApply(count -> null);
  }

  @Override
  public Optional<IssuanceRecord> find(String serialHex) {
    return Blocking.get(
        writer.submit(
            connection -> {
              try (PreparedStatement sql =
                  connection.prepareStatement(
                      "SELECT " + COLUMNS + " FROM issuance WHERE serial = ?")) {
                sql.setString(1, serialHex);
                try (ResultSet rows = sql.executeQuery()) {
                  return rows.next() ? Optional.of(record(rows)) : Optional.<IssuanceRecord>empty();
                }
              }
            }),
        name);
  }

  @Override
  public long size() {
    return Blocking.get(writer.submit(SqliteIssuanceLog::count), name);
  }

  /** Reads every row; refuses when one is not as it was written. */
  static void requireWhole(Connection connection, String name) throws SQLException {
    String previous = "";
    long expected = 1;
    try (Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery("SELECT " + COLUMNS + ", number FROM issuance ORDER BY number")) {
      while (rows.next()) {
        String digest = digest(previous, record(rows));
        if (rows.getLong("number") != expected || !digest.equals(rows.getString("digest"))) {
          throw new StoreException(
              name + ": is damaged (issuance record " + expected + "); " + SqliteFile.remedy());
        }
        previous = digest;
        expected++;
      }
    }
  }

  private static int insert(Connection connection, List<IssuanceRecord> records)
      throws SQLException {
    String previous = lastDigest(connection);
    long number = count(connection);
    try (PreparedStatement sql =
        connection.prepareStatement(
            "INSERT INTO issuance (" + COLUMNS + ", number) VALUES (?,?,?,?,?,?,?,?,?,?)")) {
      for (IssuanceRecord record : records) {
        previous = digest(previous, record);
        sql.setString(1, record.serialHex());
        sql.setString(2, record.spiffeId());
        sql.setString(3, record.node());
        sql.setLong(4, record.notBefore().toEpochMilli());
        sql.setLong(5, record.notAfter().toEpochMilli());
        sql.setLong(6, record.issuedAt().toEpochMilli());
        sql.setString(7, record.fingerprint());
        sql.setString(8, record.requester());
        sql.setString(9, previous);
        sql.setLong(10, ++number);
        sql.executeUpdate();
      }
    }
    return records.size();
  }

  private static String digest(String previous, IssuanceRecord record) {
    return RecordDigest.of(
        previous,
        record.serialHex(),
        record.spiffeId(),
        record.node(),
        Long.toString(record.notBefore().toEpochMilli()),
        Long.toString(record.notAfter().toEpochMilli()),
        Long.toString(record.issuedAt().toEpochMilli()),
        record.fingerprint(),
        record.requester());
  }

  private static IssuanceRecord record(ResultSet row) throws SQLException {
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

  private static String lastDigest(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery("SELECT digest FROM issuance ORDER BY number DESC LIMIT 1")) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  /** The rows are numbered from 1 without gaps; the last number needs no scan. */
  private static long count(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery("SELECT coalesce(max(number), 0) FROM issuance")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
