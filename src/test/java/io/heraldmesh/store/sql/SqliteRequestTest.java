package io.heraldmesh.store.sql;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteRequestTest extends RequestContract {
  @TempDir Path folder;

  @Override
  DatabaseStore open() {
    return (DatabaseStore) SqliteStore.open(folder.resolve("herald.db"));
  }
}
