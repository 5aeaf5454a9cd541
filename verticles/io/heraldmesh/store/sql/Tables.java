package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads tables to see whether their rows are what was written. */
final class Tables {
  static final long EVERY_ROW = Long.MAX_VALUE;

  private static final int FETCH = 1000;

  private Tables() {}

  /**
   * @param last how many of the last rows of each log are read; of the other tables all are
   * @throws StoreException with reason DAMAGED, naming the row
   */
  static void requireWhole(Connection connection, Database database, long last)
      throws SQLException {
    chain(
        connection,
        database,
        IssuanceTable.LOG,
        "issuance record",
        IssuanceTable.COLUMNS,
        last,
        (previous, row) -> IssuanceTable.digest(previous, IssuanceTable.record(row)));
    chain(
        connection,
        database,
        AuditTable.LOG,
        "audit record",
        AuditTable.COLUMNS,
        last,
        (previous, row) -> AuditTable.digest(previous, AuditTable.event(row)));
    RevisionTable.current(connection, database);
    ResourceTable resources = new ResourceTable(database);
    each(connection, database, "resource", ResourceTable.COLUMNS, resources::resource);
    if (last == EVERY_ROW) {
      each(connection, database, "history", ResourceTable.COLUMNS, resources::resource);
    }
    each(
        connection,
        database,
        "registration",
        RegistrationTable.COLUMNS,
        new RegistrationTable(database)::registration);
    each(
        connection,
        database,
        "node_address",
        AddressTable.COLUMNS,
        new AddressTable(database)::registered);
    each(connection, database, "join_token", TokenTable.COLUMNS, new TokenTable(database)::token);
    each(
        connection,
        database,
        "revocation",
        RevocationTable.COLUMNS,
        new RevocationTable(database)::mark);
    AuthorityTable authority = new AuthorityTable(database);
    each(connection, database, "authority", AuthorityTable.COLUMNS, authority::certificate);
    each(connection, database, "setting", "name, value, digest", authority::setting);
  }

  private interface Link {
    String digest(String previous, ResultSet row) throws SQLException;
  }

  private static void chain(
      Connection connection,
      Database database,
      String log,
      String what,
      String columns,
      long last,
      Link link)
      throws SQLException {
    Head head = Head.read(connection, log);
    long after = last == EVERY_ROW ? 0 : Math.max(0, head.number() - last);
    String previous =
        after == 0
            ? ""
            : Sql.first(
                    connection,
                    "SELECT digest FROM " + log + " WHERE number = ?",
                    row -> row.getString("digest"),
                    after)
                .orElseThrow(() -> database.damaged(what + " " + after));
    long expected = after + 1;
    try (PreparedStatement sql =
        connection.prepareStatement(
            "SELECT number, digest, "
                + columns
                + " FROM "
                + log
                + " WHERE number > ? ORDER BY number")) {
      sql.setFetchSize(FETCH);
      sql.setLong(1, after);
      try (ResultSet rows = sql.executeQuery()) {
        while (rows.next()) {
          String digest = digest(link, previous, rows, database, what + " " + expected);
          if (rows.getLong("number") != expected || !digest.equals(rows.getString("digest"))) {
            throw database.damaged(what + " " + expected);
          }
          previous = digest;
          expected++;
        }
      }
    }
    if (head.number() != expected - 1 || !head.digest().equals(previous)) {
      throw database.damaged(what + " " + expected + " is missing");
    }
  }

  private static String digest(
      Link link, String previous, ResultSet row, Database database, String what)
      throws SQLException {
    try {
      return link.digest(previous, row);
    } catch (IllegalArgumentException e) {
      throw database.damaged(what);
    }
  }

  private static <T> void each(
      Connection connection, Database database, String table, String columns, Sql.Row<T> row)
      throws SQLException {
    try (PreparedStatement sql =
        connection.prepareStatement("SELECT " + columns + " FROM " + table)) {
      sql.setFetchSize(FETCH);
      try (ResultSet rows = sql.executeQuery()) {
        while (rows.next()) {
          try {
            row.read(rows);
          } catch (IllegalArgumentException e) {
            throw database.damaged("a row of " + table);
          }
        }
      }
    }
  }
}
