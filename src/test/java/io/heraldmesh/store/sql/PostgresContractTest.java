package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The contract, kept by a real server, and by two control nodes at once. */
class PostgresContractTest extends StoreContract {
  private final PostgresServer server = PostgresServer.shared();
  private PostgresSettings settings = server.settings();

  @Override
  Store open() {
    return PostgresStore.open(settings);
  }

  @Override
  Connection connect() throws SQLException {
    return server.connect(settings.schema());
  }

  @Override
  void withoutTriggers(Connection connection) throws SQLException {
    switchTriggersOff(connection);
  }

  static void switchTriggersOff(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.executeUpdate("SET session_replication_role = replica");
    }
  }

  @Override
  void fresh() {
    settings = server.settings();
  }

  @Override
  void newerFormat() throws Exception {
    change("INSERT INTO migration (number, checksum) VALUES (4, 'x')");
  }

  @Override
  List<Store> both() {
    return List.of(store, open());
  }
}
