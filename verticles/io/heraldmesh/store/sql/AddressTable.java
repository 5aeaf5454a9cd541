package io.heraldmesh.store.sql;

import io.heraldmesh.store.RegisteredAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** One row for each address that is registered for a node. */
record AddressTable(Database database) {
  static final String COLUMNS = "node, address, registered_by, registered_at, digest";

  private static final Comparator<RegisteredAddress> ORDER =
      Comparator.comparing(RegisteredAddress::node).thenComparing(RegisteredAddress::address);

  List<RegisteredAddress> all(Connection connection) throws SQLException {
    return sorted(
        Sql.list(connection, "SELECT " + COLUMNS + " FROM node_address", this::registered));
  }

  List<RegisteredAddress> of(Connection connection, String node) throws SQLException {
    return sorted(
        Sql.list(
            connection,
            "SELECT " + COLUMNS + " FROM node_address WHERE node = ?",
            this::registered,
            node));
  }

  private static List<RegisteredAddress> sorted(List<RegisteredAddress> addresses) {
    return addresses.stream().sorted(ORDER).toList();
  }

  /** Leaves one alone that is there: who registered it first, and when, stays. */
  static int insert(Connection connection, RegisteredAddress address) throws SQLException {
    return Sql.update(
        connection,
        "INSERT INTO node_address (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        address.node(),
        address.address(),
        address.registeredBy(),
        address.registeredAt().toEpochMilli(),
        digest(address));
  }

  /** Takes out all of a node; how many. */
  static int remove(Connection connection, String node) throws SQLException {
    return Sql.update(connection, "DELETE FROM node_address WHERE node = ?", node);
  }

  RegisteredAddress registered(ResultSet row) throws SQLException {
    RegisteredAddress address =
        new RegisteredAddress(
            row.getString("node"),
            row.getString("address"),
            row.getString("registered_by"),
            Instant.ofEpochMilli(row.getLong("registered_at")));
    if (!digest(address).equals(row.getString("digest"))) {
      throw database.damaged("address " + address.address() + " of " + address.node());
    }
    return address;
  }

  private static String digest(RegisteredAddress address) {
    return RecordDigest.of(
        address.node(),
        address.address(),
        address.registeredBy(),
        address.registeredAt().toEpochMilli());
  }
}
