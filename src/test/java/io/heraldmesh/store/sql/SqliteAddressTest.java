package io.heraldmesh.store.sql;

class SqliteAddressTest extends AddressContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
