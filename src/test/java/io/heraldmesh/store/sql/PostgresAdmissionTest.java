package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

class PostgresAdmissionTest extends AdmissionContract {
  private final PostgresServer server = PostgresServer.shared();
  private final PostgresSettings settings = server.settings();

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
    PostgresContractTest.switchTriggersOff(connection);
  }

  @Override
  List<Store> both() {
    return List.of(store, open());
  }
}
