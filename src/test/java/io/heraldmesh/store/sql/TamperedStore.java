package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A store whose database can be changed past it. */
abstract class TamperedStore extends StoreFixture {

  /** A connection past the store, with all rights. */
  abstract Connection connect() throws SQLException;

  /** Says that triggers do not hold for this connection, as when somebody tampers. */
  abstract void withoutTriggers(Connection connection) throws SQLException;

  final void change(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      if (tampering()) {
        withoutTriggers(connection);
      }
      statement.executeUpdate(sql);
    }
  }

  /** The store is closed: from here on somebody tampers. */
  private boolean tampering() {
    try {
      store.revisions().current();
      return false;
    } catch (StoreException e) {
      return true;
    }
  }
}
