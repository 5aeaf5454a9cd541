package io.heraldmesh.store.sql;

class PostgresRequestTest extends RequestContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
