package io.heraldmesh.store.sql;

import io.heraldmesh.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The contract, kept by a file. */
class SqliteContractTest extends StoreContract {
  @TempDir Path folder;

  @Override
  Store open() {
    return SqliteStore.open(file());
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  @Override
  void withoutTriggers(Connection connection) throws SQLException {
    dropTriggers(connection);
  }

  static void dropTriggers(Connection connection) throws SQLException {
    List<String> triggers = new ArrayList<>();
    try (Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'")) {
      while (rows.next()) {
        triggers.add(rows.getString(1));
      }
    }
    for (String trigger : triggers) {
      try (Statement sql = connection.createStatement()) {
        sql.executeUpdate("DROP TRIGGER " + trigger);
      }
    }
  }

  @Override
  void fresh() throws Exception {
    Files.delete(file());
  }

  @Override
  void newerFormat() throws Exception {
    change("PRAGMA user_version = 4");
  }

  /** A second process is refused. */
  @Override
  List<Store> both() {
    return List.of(store);
  }

  private Path file() {
    return folder.resolve("herald.db");
  }
}
