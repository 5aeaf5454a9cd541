package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import java.util.List;

class PostgresRequestTest extends RequestContract {
  private final PostgresSettings settings = PostgresServer.shared().settings();

  @Override
  DatabaseStore open() {
    return (DatabaseStore) PostgresStore.open(settings);
  }

  @Override
  List<DatabaseStore> others() {
    return List.of(store, open(), open());
  }
}
