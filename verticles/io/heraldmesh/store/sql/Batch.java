package io.heraldmesh.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is added in groups. */
interface Batch<P> {
  /** Adds all of {@code items}, or fails. */
  void run(Connection connection, List<P> items) throws SQLException;
}
