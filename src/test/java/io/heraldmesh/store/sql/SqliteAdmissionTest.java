package io.heraldmesh.store.sql;

class SqliteAdmissionTest extends AdmissionContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }
}
