package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.Announced;
import io.heraldmesh.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteAnnouncementTest extends AnnouncementContract {
  @TempDir Path folder;

  @Override
  Store open() {
    return SqliteStore.open(folder.resolve("herald.db"));
  }

  @Test
  void itOutlivesTheProcessAndADamagedRowIsLeftOut() throws Exception {
    store
        .announcements()
        .keep(List.of(new Announced("a", 1, "one", null), new Announced("b", 1, "x", null)), null);
    store.close();
    try (Connection raw =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("herald.db"));
        Statement statement = raw.createStatement()) {
      statement.executeUpdate("UPDATE announcement SET message = 'y' WHERE node = 'b'");
    }
    store = open();
    assertThat(store.announcements().all()).containsExactly(new Announced("a", 1, "one", null));
  }
}
