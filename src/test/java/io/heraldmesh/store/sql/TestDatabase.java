package io.heraldmesh.store.sql;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A database of a test's own, of one of the two kinds; empty until a store is opened over it. */
sealed interface TestDatabase {
  static TestDatabase sqlite(Path file) {
    return new SqliteFile(file);
  }

  /** Another file each time. */
  static TestDatabase sqliteIn(Path folder) {
    try {
      return sqlite(Files.createTempDirectory(folder, "sqlite").resolve("herald.db"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another schema each time. */
  static TestDatabase postgres() {
    PostgresServer server = PostgresServer.shared();
    return new PostgresSchema(server, server.settings());
  }

  Store open();

  /** Nothing else has it open. */
  Backup toWrite();

  /** Beside whoever has it open. */
  Backup toRead();

  /** Whether several stores may be open over it; a second process is refused otherwise. */
  boolean takesSeveral();

  /** A connection past the store, with all rights. */
  Connection connect() throws SQLException;

  /** Says that triggers do not hold for this connection, as when somebody tampers. */
  void withoutTriggers(Connection connection) throws SQLException;

  /** What makes it say that a newer version wrote it. */
  String newerFormat();

  /** A file. */
  record SqliteFile(Path file) implements TestDatabase {
    @Override
    public Store open() {
      return SqliteStore.open(file);
    }

    @Override
    public Backup toWrite() {
      return Backup.toWrite(file);
    }

    @Override
    public Backup toRead() {
      return Backup.toRead(file);
    }

    @Override
    public boolean takesSeveral() {
      return false;
    }

    @Override
    public Connection connect() throws SQLException {
      return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    @Override
    public void withoutTriggers(Connection connection) throws SQLException {
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
    public String newerFormat() {
      return "PRAGMA user_version = 5";
    }
  }

  /** A schema of a real server, which several control nodes may use at once. */
  record PostgresSchema(PostgresServer server, PostgresSettings settings) implements TestDatabase {
    @Override
    public Store open() {
      return PostgresStore.open(settings);
    }

    @Override
    public Backup toWrite() {
      return Backup.toWrite(settings);
    }

    @Override
    public Backup toRead() {
      return Backup.toRead(settings);
    }

    @Override
    public boolean takesSeveral() {
      return true;
    }

    @Override
    public Connection connect() throws SQLException {
      return server.connect(settings.schema());
    }

    @Override
    public void withoutTriggers(Connection connection) throws SQLException {
      try (Statement sql = connection.createStatement()) {
        sql.executeUpdate("SET session_replication_role = replica");
      }
    }

    @Override
    public String newerFormat() {
      return "INSERT INTO migration (number, checksum) VALUES (5, 'x')";
    }
  }
}
