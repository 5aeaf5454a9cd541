package io.heraldmesh.store.sql;

class PostgresAdmissionTest extends AdmissionContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }
}
