package io.heraldmesh.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is added in groups. */
interface Batch<P> {
  /** Adds all of {@code items}, or fails. */
  void run(Connection connection, List<P> items) throws SQLException;

  /**
   * Of the batches of one transaction those with a lower rank run first. So all control nodes take
   * their locks in the same order.
   */
  default int rank() {
    return 1;
  }
}
