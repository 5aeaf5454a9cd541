package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;

class PostgresAnnouncementTest extends AnnouncementContract {
  private final PostgresSettings settings = PostgresServer.shared().settings();

  @Override
  Store open() {
    return PostgresStore.open(settings);
  }
}
