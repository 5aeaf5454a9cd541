package io.heraldmesh.store.sql;

class PostgresRevocationTest extends RevocationContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
