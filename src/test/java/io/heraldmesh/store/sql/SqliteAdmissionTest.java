package io.heraldmesh.store.sql;

import io.heraldmesh.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class SqliteAdmissionTest extends AdmissionContract {
  @TempDir Path folder;

  @Override
  Store open() {
    return SqliteStore.open(folder.resolve("herald.db"));
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("herald.db"));
  }

  @Override
  void withoutTriggers(Connection connection) throws SQLException {
    SqliteContractTest.dropTriggers(connection);
  }

  /** A second process is refused. */
  @Override
  List<Store> both() {
    return List.of(store);
  }
}
