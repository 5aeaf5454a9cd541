package io.heraldmesh.store.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables of an exported state, in the order of the file, with all of their columns. */
enum StateTable {
  SETTING("setting", "name", "name", "value", "digest"),
  AUTHORITY(
      "authority",
      "fingerprint",
      "fingerprint",
      "kind",
      "phase",
      "pem",
      "node",
      "+added_at",
      "digest"),
  ISSUANCE(
      "issuance",
      "number",
      "+number",
      "serial",
      "spiffe_id",
      "node",
      "+not_before",
      "+not_after",
      "+issued_at",
      "fingerprint",
      "requester",
      "digest"),
  AUDIT(
      "audit", "number", "+number", "+at", "actor", "action", "subject", "outcome", "detail",
      "digest"),
  REGISTRATION(
      "registration",
      "node, namespace, service_account",
      "node",
      "namespace",
      "service_account",
      "registered_by",
      "+registered_at",
      "digest"),
  NODE_ADDRESS(
      "node_address",
      "node, address",
      "node",
      "address",
      "registered_by",
      "+registered_at",
      "digest"),
  JOIN_TOKEN(
      "join_token",
      "hash",
      "hash",
      "node",
      "role",
      "workloads",
      "addresses",
      "created_by",
      "+created_at",
      "+expires_at",
      "?used_by",
      "?+used_at",
      "digest"),
  REVOCATION("revocation", "node", "node", "+void_before", "digest"),
  RESOURCE(
      "resource",
      "kind, namespace, name",
      "kind",
      "namespace",
      "name",
      "+epoch",
      "+revision",
      "content",
      "changed_by",
      "+changed_at",
      "digest"),
  HISTORY(
      "history",
      "epoch, revision, kind, namespace, name",
      "kind",
      "namespace",
      "name",
      "+epoch",
      "+revision",
      "?content",
      "changed_by",
      "+changed_at",
      "digest");

  private static final Map<String, StateTable> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(StateTable::sql, Function.identity()));

  private final String sql;
  private final String order;

  @SuppressWarnings("ImmutableEnumChecker") // Stream.toList() makes one that cannot be changed.
  private final List<Column> columns;

  /**
   * @param number a whole number; else text
   * @param nullable may be null
   */
  record Column(String name, boolean number, boolean nullable) {
    private static Column of(String text) {
      boolean nullable = text.startsWith("?");
      String rest = nullable ? text.substring(1) : text;
      boolean number = rest.startsWith("+");
      return new Column(number ? rest.substring(1) : rest, number, nullable);
    }

    @Nullable Object read(ResultSet row) throws SQLException {
      if (!number) {
        return row.getString(name);
      }
      long value = row.getLong(name);
      return row.wasNull() ? null : Long.valueOf(value);
    }
  }

  /**
   * @param columns {@code ?} before one that may be null, {@code +} before a number
   */
  StateTable(String sql, String order, String... columns) {
    this.sql = sql;
    this.order = order;
    this.columns = Arrays.stream(columns).map(Column::of).toList();
  }

  static @Nullable StateTable named(String name) {
    return BY_NAME.get(name);
  }

  /** Its name. */
  String sql() {
    return sql;
  }

  List<Column> columns() {
    return columns;
  }

  String select() {
    return "SELECT " + names() + " FROM " + sql + " ORDER BY " + order;
  }

  /** Leaves a row alone that is there already. */
  String insert() {
    return "INSERT INTO "
        + sql
        + " ("
        + names()
        + ") VALUES ("
        + columns.stream().map(c -> "?").collect(Collectors.joining(", "))
        + ") ON CONFLICT DO NOTHING";
  }

  private String names() {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /** Where a column's value is in a row of the file. */
  int place(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException(sql + " has no column " + column);
  }
}
