package io.heraldmesh.store.sql;

import io.heraldmesh.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteKeySetTest extends KeySetContract {
  @TempDir Path folder;

  @Override
  Store open() {
    return SqliteStore.open(folder.resolve("herald.db"));
  }
}
