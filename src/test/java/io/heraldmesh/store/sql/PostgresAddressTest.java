package io.heraldmesh.store.sql;

class PostgresAddressTest extends AddressContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
