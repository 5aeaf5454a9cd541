package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Under which roots a file's mesh has signed, ever. Trust domains alone do not tell meshes apart:
 * many are {@code cluster.local}.
 */
final class MeshRoots {
  private static final String ROOT = "ROOT";

  private final Set<String> ofFile = new TreeSet<>();

  /** One row of the file. */
  void row(StateTable table, @Nullable Object[] values) {
    if (table == StateTable.AUTHORITY && ROOT.equals(values[table.place("kind")])) {
      ofFile.add(String.valueOf(values[table.place("fingerprint")]));
    }
  }

  /**
   * A root that was changed is still known, so a mesh has one in common with its own backups.
   *
   * @throws StoreException when both have roots, and none is the other's too
   */
  void requireCommon(Connection connection, Database database) throws SQLException {
    Set<String> here =
        new TreeSet<>(
            Sql.list(
                connection,
                "SELECT fingerprint FROM authority WHERE kind = '" + ROOT + "'",
                row -> row.getString("fingerprint")));
    if (!here.isEmpty() && !ofFile.isEmpty() && Collections.disjoint(here, ofFile)) {
      throw new StoreException(
          Reason.FOREIGN,
          database.name()
              + ": is the state of a mesh under root "
              + String.join(", ", here)
              + ", the file that of one under "
              + String.join(", ", ofFile)
              + "; name another database or another file. If it is this mesh's and its root was"
              + " made anew, name an empty database");
    }
  }
}
