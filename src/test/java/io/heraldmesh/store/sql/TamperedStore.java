package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A store whose database can be changed past it. */
abstract class TamperedStore extends StoreFixture {
  final void change(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      if (tampering()) {
        database.withoutTriggers(connection);
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
