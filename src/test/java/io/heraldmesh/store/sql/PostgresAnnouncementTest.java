package io.heraldmesh.store.sql;

class PostgresAnnouncementTest extends AnnouncementContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
