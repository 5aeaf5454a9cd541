package io.heraldmesh.store.sql;

import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.NewFiles;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.StateFileException;
import io.heraldmesh.store.StateSummary;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.sql.PostgresSource.Client;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;

/**
 * The whole state as one file, and back. Reading a store to export it does not disturb a node that
 * writes it; to import, no node may run on it.
 */
public final class Backup implements AutoCloseable {
  private final Database database;

  private Backup(Database database) {
    this.database = database;
  }

  /**
   * A file, perhaps of a running node: what is committed at the moment of the export. Nothing in it
   * is changed.
   *
   * @throws StoreException when it is not there, or not of this version's format
   */
  public static Backup toRead(Path file) {
    return new Backup(SqliteStore.databaseToRead(file));
  }

  /**
   * A server, perhaps of running nodes: what is committed at the moment of the export. Nothing on
   * it is changed or made.
   *
   * @throws StoreException when it has no tables of ours, or not of this version's format
   */
  public static Backup toRead(PostgresSettings settings) {
    return new Backup(PostgresStore.databaseToRead(settings));
  }

  /** A file that no node has, made when it is not there. */
  public static Backup toWrite(Path file) {
    return toWrite(file, NewFiles.KEPT);
  }

  /**
   * As above.
   *
   * @param made see {@link SqliteStore#open(Path, NewFiles)}
   */
  public static Backup toWrite(Path file, NewFiles made) {
    return new Backup(SqliteStore.database(file, made));
  }

  /**
   * A server, on which the tables are made when they are not there; import refuses while control
   * nodes are connected to it.
   */
  public static Backup toWrite(PostgresSettings settings) {
    return new Backup(PostgresStore.database(settings, Client.COMMAND));
  }

  /**
   * Reads an exported file whole.
   *
   * @throws StateFileException when it is not whole, or not exported state at all
   */
  public static StateSummary inspect(Path file) {
    try {
      return new StateReader(file).read((table, values) -> {});
    } catch (SQLException e) {
      throw new IllegalStateException("no database was asked", e);
    }
  }

  /**
   * Checks every row and writes all of it to {@code out}.
   *
   * @throws StoreException when it cannot be read or is damaged; what was written is not whole then
   */
  public StateSummary export(OutputStream out, Instant now) {
    return database.read(
        connection -> {
          Tables.requireWhole(connection, database, Tables.EVERY_ROW);
          return new StateWriter(out)
              .write(
                  connection,
                  new AuthorityTable(database).claimed(connection).orElse(null),
                  RevisionTable.current(connection, database),
                  now);
        });
  }

  /**
   * Reads {@code file} whole before anything is changed, then makes its content the state in one
   * transaction. A new epoch begins, so whoever holds later revisions of before follows. No
   * certificate, audit event, past version of a resource or used token that is already there is
   * lost. Tokens that were not used when the file was written are void.
   *
   * @param replace state that is there may be replaced
   * @throws StateFileException when the file is not whole
   * @throws StoreException when it is another mesh's, or cannot be stored; nothing was changed
   */
  public ImportResult importFrom(Path file, boolean replace, Instant now) {
    StateReader reader = new StateReader(file);
    return database.write(
        connection -> {
          MeshRoots roots = new MeshRoots();
          StateSummary summary = reader.read(roots::row);
          requireAlone();
          return new StateImport(database, connection, summary, roots, now).run(reader, replace);
        });
  }

  private void requireAlone() {
    if (!database.shared()) {
      return;
    }
    long others =
        database.read(
            connection ->
                Sql.first(
                        connection,
                        "SELECT count(*) AS others FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND application_name ="
                            + " ? || current_schema()",
                        row -> row.getLong("others"),
                        Client.NODE.name(""))
                    .orElse(0L));
    if (others > 0) {
      throw new StoreException(
          Reason.IN_USE, database.name() + ": control nodes are connected to it; stop them first");
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
