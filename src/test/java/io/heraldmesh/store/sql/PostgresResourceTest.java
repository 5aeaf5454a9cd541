package io.heraldmesh.store.sql;

class PostgresResourceTest extends ResourceContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
