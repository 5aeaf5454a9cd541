package io.heraldmesh.store.sql;

class SqliteKeySetTest extends KeySetContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
