package io.heraldmesh.store.sql;

class SqliteRevocationTest extends RevocationContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
