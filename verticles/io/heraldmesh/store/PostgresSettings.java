package io.heraldmesh.store;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the PostgreSQL server is and how to log in.
 *
 * @param hosts {@code host:port}, tried in order; the one that may be written is used
 * @param schema where the tables are; made when it is not there
 * @param password asked for each new connection, so that it may be changed in place; null: none is
 *     sent
 * @param tls false: the connection is not encrypted
 * @param roots PEM file with the roots that the server's certificate must lead to; null: the JDK's
 * @param connections at most, of this node
 */
public record PostgresSettings(
    List<String> hosts,
    String database,
    String schema,
    String user,
    @Nullable Supplier<String> password,
    boolean tls,
    @Nullable Path roots,
    int connections) {

  public PostgresSettings {
    hosts = List.copyOf(hosts);
  }

  /** For messages; without the password. */
  public String name() {
    return "postgresql://" + String.join(",", hosts) + "/" + database;
  }
}
