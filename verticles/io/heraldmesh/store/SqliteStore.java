package io.heraldmesh.store;

import java.nio.file.Path;
import java.sql.Connection;

/**
 * A node's own database: one SQLite file, one process, one writer thread. Write-ahead log with
 * {@code synchronous=FULL}, so what was acknowledged survives a kill and a power cut.
 */
public final class SqliteStore implements AutoCloseable {
  private final GroupWriter writer;
  private final IssuanceLog issuanceLog;
  private final Revisions revisions;

  private SqliteStore(Connection connection, String name) {
    this.writer = new GroupWriter(connection, name);
    this.issuanceLog = new SqliteIssuanceLog(writer, name);
    this.revisions = new SqliteRevisions(writer, name);
  }

  /**
   * Opens {@code file}, or makes it (0600) when it does not exist, and checks all of it.
   *
   * @throws StoreException when it is damaged, no database of ours, of a newer format, in use by
   *     another process, or cannot be written; nothing was changed then
   */
  public static SqliteStore open(Path file) {
    return new SqliteStore(SqliteFile.open(file), file.toString());
  }

  /** A store that is gone when it is closed and never touches a disk. */
  public static SqliteStore inMemory() {
    return new SqliteStore(SqliteFile.inMemory(), "memory");
  }

  public IssuanceLog issuanceLog() {
    return issuanceLog;
  }

  public Revisions revisions() {
    return revisions;
  }

  /** Writes what is queued, then closes; later calls fail. Blocks meanwhile. */
  @Override
  public void close() {
    writer.close();
  }
}
