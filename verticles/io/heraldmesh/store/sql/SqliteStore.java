package io.heraldmesh.store.sql;

import io.heraldmesh.store.NewFiles;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;

/**
 * A node's own database: one SQLite file, one process, one writer thread. Write-ahead log with
 * {@code synchronous=FULL}, so what was acknowledged survives a kill and a power cut.
 */
public final class SqliteStore {
  private SqliteStore() {}

  /**
   * Opens {@code file}, or makes it (0600) when it does not exist, brings the format before this
   * one to today's, and checks all of it.
   *
   * @throws StoreException when it is damaged, no database of ours, of a format that this version
   *     does not read, in use by another process, or cannot be written; nothing that it held was
   *     changed then
   */
  public static Store open(Path file) {
    return open(file, NewFiles.KEPT);
  }

  /**
   * As above.
   *
   * @param made is told of the files that are made, but those that SQLite makes while it has the
   *     database: where root runs it, they are whose the database is
   */
  public static Store open(Path file, NewFiles made) {
    return new DatabaseStore(database(file, made));
  }

  /** A store that is gone when it is closed and never touches a disk. */
  public static Store inMemory() {
    return new DatabaseStore(new SqliteDatabase(SqliteFile.inMemory(), "memory", () -> {}));
  }

  /** Beside the process that writes the file, when there is one; nothing in it is changed. */
  static Database databaseToRead(Path file) {
    return new SqliteDatabase(SqliteFile.openToRead(file), file.toString(), () -> {});
  }

  static Database database(Path file) {
    return database(file, NewFiles.KEPT);
  }

  static Database database(Path file, NewFiles made) {
    SqliteLock lock = SqliteLock.take(file, made);
    Connection connection;
    try {
      connection = SqliteFile.open(file, made);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
    Database database = new SqliteDatabase(connection, file.toString(), lock::close);
    try {
      database.read(
          open -> {
            Tables.requireWhole(open, database, Tables.EVERY_ROW);
            return true;
          });
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }
}
