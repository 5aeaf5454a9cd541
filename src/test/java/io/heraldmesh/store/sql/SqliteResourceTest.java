package io.heraldmesh.store.sql;

class SqliteResourceTest extends ResourceContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
