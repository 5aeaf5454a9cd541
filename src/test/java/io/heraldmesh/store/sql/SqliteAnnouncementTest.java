package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.Announced;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

class SqliteAnnouncementTest extends AnnouncementContract {
  @Override
  TestDatabase empty() {
    return TestDatabase.sqliteIn(folder);
  }

  @Test
  void itOutlivesTheProcessAndADamagedRowIsLeftOut() throws Exception {
    store
        .announcements()
        .keep(List.of(new Announced("a", 1, "one", null), new Announced("b", 1, "x", null)), null);
    store.close();
    try (Connection raw = database.connect();
        Statement statement = raw.createStatement()) {
      statement.executeUpdate("UPDATE announcement SET message = 'y' WHERE node = 'b'");
    }
    store = open();
    assertThat(store.announcements().all()).containsExactly(new Announced("a", 1, "one", null));
  }
}
