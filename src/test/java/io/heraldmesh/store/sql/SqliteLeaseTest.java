package io.heraldmesh.store.sql;

class SqliteLeaseTest extends LeaseContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
