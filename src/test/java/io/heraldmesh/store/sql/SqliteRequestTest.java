package io.heraldmesh.store.sql;

class SqliteRequestTest extends RequestContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
