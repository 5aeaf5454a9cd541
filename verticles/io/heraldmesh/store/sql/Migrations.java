package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The numbered steps from no tables to those of today; {@code 0002.sql} makes format 2. A step that
 * was released is never edited: its checksum is in the database. Statements stand apart by an empty
 * line.
 */
final class Migrations {
  /** What this version writes. */
  static final int FORMAT = 4;

  /** What this version can bring forward. */
  static final int OLDEST = FORMAT - 1;

  private static final int BEFORE_ADDRESSES = 3;

  private Migrations() {}

  /**
   * Brings the tables to {@link #FORMAT} within the connection's transaction, which the caller
   * commits.
   *
   * @throws StoreException when it is newer, too old or made by other steps; nothing was changed
   */
  static void run(Connection connection, Dialect dialect, String name) throws SQLException {
    bringForward(connection, dialect, name);
    ResourceTable.prepare(connection);
    LeaseTable.prepare(connection, dialect);
    AnnouncementTable.prepare(connection, dialect);
    KeySetTable.prepare(connection, dialect);
    RequestTable.prepare(connection, dialect);
  }

  private static void bringForward(Connection connection, Dialect dialect, String name)
      throws SQLException {
    int format = dialect.format(connection);
    require(format, name);
    if (format == FORMAT) {
      requireSteps(connection, dialect, name);
      return;
    }
    for (int number = format + 1; number <= FORMAT; number++) {
      try (Statement statement = connection.createStatement()) {
        for (String step : statements(number, dialect)) {
          statement.executeUpdate(dialect.translate(step));
        }
      }
    }
    if (format == BEFORE_ADDRESSES) {
      AnnouncementTable.prepare(connection, dialect);
      AnnouncedHosts.register(connection);
    }
    for (int number = 1; number <= FORMAT; number++) {
      Sql.update(
          connection,
          "INSERT INTO migration (number, checksum) VALUES (?, ?) ON CONFLICT DO NOTHING",
          (long) number,
          checksum(number, dialect));
    }
    dialect.formatIs(connection, FORMAT);
  }

  /**
   * For who only reads: nothing is made and nothing brought forward.
   *
   * @throws StoreException unless all of it is of {@link #FORMAT}
   */
  static void requireToday(Connection connection, Dialect dialect, String name)
      throws SQLException {
    int format = dialect.format(connection);
    if (format == 0) {
      throw new StoreException(
          Reason.FORMAT,
          name
              + ": holds none of Herald's tables; correct spec.database, or name the state of a"
              + " node that has run");
    }
    require(format, name);
    if (format != FORMAT) {
      throw new StoreException(
          Reason.FORMAT,
          name
              + ": is of an older version (format "
              + format
              + ", this one reads "
              + FORMAT
              + " as it is); export with the version that runs on it, or start the node with this"
              + " one first");
    }
    requireSteps(connection, dialect, name);
  }

  private static void require(int format, String name) {
    if (format > FORMAT) {
      throw new StoreException(
          Reason.FORMAT,
          name
              + ": has format "
              + format
              + ", this version reads up to "
              + FORMAT
              + "; start the newer version that wrote it");
    }
    if (format != 0 && format < OLDEST) {
      throw new StoreException(
          Reason.FORMAT,
          name
              + ": has format "
              + format
              + ", this version reads "
              + OLDEST
              + " and "
              + FORMAT
              + "; start a version between the two first");
    }
  }

  private static void requireSteps(Connection connection, Dialect dialect, String name)
      throws SQLException {
    List<String> applied =
        Sql.list(
            connection,
            "SELECT checksum FROM migration ORDER BY number",
            row -> row.getString("checksum"));
    List<String> ours = new ArrayList<>();
    for (int number = 1; number <= FORMAT; number++) {
      ours.add(checksum(number, dialect));
    }
    if (!applied.equals(ours)) {
      throw new StoreException(
          Reason.FORMAT,
          name
              + ": its tables were made by other steps than this version's; start the version that"
              + " made them, or export there and import here");
    }
  }

  private static String checksum(int number, Dialect dialect) {
    return RecordDigest.of(statements(number, dialect).toArray());
  }

  /** Those for every database, then those that only this one understands. */
  private static List<String> statements(int number, Dialect dialect) {
    List<String> all = new ArrayList<>();
    for (String part : List.of("", "." + dialect.name())) {
      String file = String.format(Locale.ROOT, "%04d%s.sql", number, part);
      try (InputStream in = Migrations.class.getResourceAsStream(file)) {
        if (in == null) {
          if (part.isEmpty()) {
            throw new IllegalStateException("the jar lacks " + file);
          }
          continue;
        }
        all.addAll(
            List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().split("\n\n")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }
}
