package io.heraldmesh.store.sql;

/** The contract, kept by a real server, and by two control nodes at once. */
class PostgresContractTest extends StoreContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
