package io.heraldmesh.store.sql;

/** The contract, kept by a file. */
class SqliteContractTest extends StoreContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
