package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import java.util.List;

class PostgresResourceTest extends ResourceContract {
  private final PostgresSettings settings = PostgresServer.shared().settings();

  @Override
  Store open() {
    return PostgresStore.open(settings);
  }

  @Override
  List<Store> both() {
    return List.of(store, open());
  }
}
