package io.heraldmesh.store.sql;

import io.heraldmesh.store.Store;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class SqliteResourceTest extends ResourceContract {
  @TempDir Path folder;

  @Override
  Store open() {
    return SqliteStore.open(folder.resolve("herald.db"));
  }

  /** A second process is refused. */
  @Override
  List<Store> both() {
    return List.of(store);
  }
}
