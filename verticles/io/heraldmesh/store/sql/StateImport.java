package io.heraldmesh.store.sql;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StateSummary;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.StoredResource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One import, within the transaction of its connection. */
final class StateImport {
  private static final String ACTOR = "herald state import";
  private static final int GROUP = 500;

  private final Database database;
  private final Connection connection;
  private final StateSummary file;
  private final MeshRoots roots;
  private final Instant now;
  private final Map<StateTable, PreparedStatement> inserts = new EnumMap<>(StateTable.class);
  private final List<IssuanceRecord> issued = new ArrayList<>();
  private final List<AuditEvent> events = new ArrayList<>();
  private boolean issuanceDiffers;

  /**
   * Rows of the audit log here that have not been found in the file; null: it goes as that does.
   */
  private @Nullable Map<String, Integer> auditHere;

  private long voided;
  private long withdrawn;
  private int waiting;

  StateImport(
      Database database, Connection connection, StateSummary file, MeshRoots roots, Instant now) {
    this.database = database;
    this.connection = connection;
    this.file = file;
    this.roots = roots;
    this.now = now;
  }

  ImportResult run(StateReader reader, boolean replace) throws SQLException {
    Revision there = RevisionTable.locked(connection, database);
    long rows = rows();
    if ((rows > 0 || !there.equals(new Revision(1, 0))) && !replace) {
      return new ImportResult.NotEmpty(there, rows);
    }
    requireSameMesh();
    long epoch =
        Math.max(
            // By the clock too: the same backup restored a second time, elsewhere, is newer still.
            now.getEpochSecond(), Math.max(there.epoch(), file.revision().epoch()) + 1);
    Revision next = new Revision(epoch, 0);
    Map<ResourceKey, StoredResource> before = rows == 0 ? Map.of() : resources();
    for (String table :
        List.of("resource", "registration", "node_address", "authority", "setting")) {
      Sql.update(connection, "DELETE FROM " + table);
    }
    Sql.update(connection, "DELETE FROM join_token WHERE used_at IS NULL");
    try {
      StateSummary again = reader.read(this::row);
      if (!again.equals(file)) {
        throw new StoreException(Reason.FAILED, "the file was changed while it was read");
      }
      flushIssued();
      flushEvents();
      for (PreparedStatement insert : inserts.values()) {
        insert.executeBatch();
      }
    } finally {
      for (PreparedStatement insert : inserts.values()) {
        insert.close();
      }
    }
    withdrawn = RegistrationTable.withdrawRevoked(connection);
    if (rows > 0) {
      noteChanges(before, next);
    }
    RevisionTable.write(connection, next);
    AuditTable.insert(connection, database.dialect(), List.of(event(there, next)));
    Tables.requireWhole(connection, database, Tables.EVERY_ROW);
    return new ImportResult.Imported(file, next, voided, withdrawn);
  }

  private long rows() throws SQLException {
    long rows = 0;
    for (StateTable table : StateTable.values()) {
      rows +=
          Sql.first(connection, "SELECT count(*) AS n FROM " + table.sql(), row -> row.getLong("n"))
              .orElse(0L);
    }
    return rows;
  }

  private void requireSameMesh() throws SQLException {
    String ours = new AuthorityTable(database).claimed(connection).orElse(null);
    if (ours != null && file.trustDomain() != null && !ours.equals(file.trustDomain())) {
      throw new StoreException(
          Reason.FOREIGN,
          database.name()
              + ": is the state of trust domain "
              + ours
              + ", the file that of "
              + file.trustDomain()
              + "; name another database or another file");
    }
    roots.requireCommon(connection, database);
  }

  private Map<ResourceKey, StoredResource> resources() throws SQLException {
    Map<ResourceKey, StoredResource> all = new TreeMap<>();
    for (StoredResource resource :
        Sql.list(
            connection,
            "SELECT " + ResourceTable.COLUMNS + " FROM resource",
            new ResourceTable(database)::resource)) {
      all.put(resource.key(), resource);
    }
    return all;
  }

  private void row(StateTable table, @Nullable Object[] values) throws SQLException {
    switch (table) {
      case ISSUANCE -> {
        if (!issuanceDiffers && there("issuance", table, values)) {
          return;
        }
        issuanceDiffers = true;
        issued(table, values);
      }
      case AUDIT -> {
        if (auditHere == null && there("audit", table, values)) {
          return;
        }
        audited(
            (Long) Objects.requireNonNull(values[table.place("number")]),
            new AuditEvent(
                time(table, values, "at"),
                text(table, values, "actor"),
                text(table, values, "action"),
                text(table, values, "subject"),
                text(table, values, "outcome"),
                text(table, values, "detail")));
      }
      case JOIN_TOKEN -> {
        if (values[table.place("used_at")] == null) {
          voided++;
        } else {
          insert(table, values);
        }
      }
      // Of two revocations the later one counts, that of the file or that which is here.
      case REVOCATION -> {
        String node = text(table, values, "node");
        Instant voidBefore = time(table, values, "void_before");
        if (!RevocationTable.digest(node, voidBefore).equals(text(table, values, "digest"))) {
          throw database.damaged("revocation of node " + node);
        }
        RevocationTable.raise(connection, node, voidBefore);
      }
      // No control node signs during an import. Each notes at its start by what it does.
      case AUTHORITY -> {
        AuthorityCertificate there = certificate(table, values);
        insert(table, new AuthorityTable(database).values(there.in(Phase.DROPPED)));
      }
      case SETTING, REGISTRATION, NODE_ADDRESS, RESOURCE, HISTORY -> insert(table, values);
    }
  }

  private AuthorityCertificate certificate(StateTable table, @Nullable Object[] values) {
    try {
      return new AuthorityTable(database)
          .certificate(
              text(table, values, "fingerprint"),
              text(table, values, "kind"),
              text(table, values, "phase"),
              text(table, values, "pem"),
              text(table, values, "node"),
              time(table, values, "added_at"),
              text(table, values, "digest"));
    } catch (IllegalArgumentException e) {
      throw database.damaged("a row of authority");
    }
  }

  /** The log here begins as the file's does: the same row at the same place is not added again. */
  private boolean there(String log, StateTable table, @Nullable Object[] values)
      throws SQLException {
    return Sql.first(
            connection,
            "SELECT digest FROM " + log + " WHERE number = ?",
            row -> row.getString("digest"),
            values[table.place("number")])
        .filter(digest -> digest.equals(values[table.place("digest")]))
        .isPresent();
  }

  /**
   * An event that is here too, at another place, came with an earlier import of the same file. As
   * often as it is here it is not added again.
   *
   * @param number of the row; where the first one comes, all before it are here
   */
  private void audited(long number, AuditEvent event) throws SQLException {
    Map<String, Integer> here = auditHere;
    if (here == null) {
      here = new HashMap<>();
      for (String there :
          Sql.list(
              connection,
              "SELECT " + AuditTable.COLUMNS + " FROM audit WHERE number >= ?",
              row -> AuditTable.digest("", AuditTable.event(row)),
              number)) {
        here.merge(there, 1, Integer::sum);
      }
      auditHere = here;
    }
    String digest = AuditTable.digest("", event);
    int left = here.getOrDefault(digest, 0);
    if (left > 0) {
      here.put(digest, left - 1);
      return;
    }
    events.add(event);
    if (events.size() == GROUP) {
      flushEvents();
    }
  }

  private void issued(StateTable table, @Nullable Object[] values) throws SQLException {
    String serial = text(table, values, "serial");
    boolean known =
        Sql.first(
                connection,
                "SELECT number FROM issuance WHERE serial = ?",
                row -> row.getLong("number"),
                serial)
            .isPresent();
    if (known) {
      return;
    }
    issued.add(
        new IssuanceRecord(
            serial,
            text(table, values, "spiffe_id"),
            text(table, values, "node"),
            time(table, values, "not_before"),
            time(table, values, "not_after"),
            time(table, values, "issued_at"),
            text(table, values, "fingerprint"),
            text(table, values, "requester")));
    if (issued.size() == GROUP) {
      flushIssued();
    }
  }

  private void flushIssued() throws SQLException {
    if (!issued.isEmpty()) {
      IssuanceTable.insert(connection, database.dialect(), issued);
      issued.clear();
    }
  }

  private void flushEvents() throws SQLException {
    if (!events.isEmpty()) {
      AuditTable.insert(connection, database.dialect(), events);
      events.clear();
    }
  }

  private void insert(StateTable table, @Nullable Object[] values) throws SQLException {
    PreparedStatement insert = inserts.get(table);
    if (insert == null) {
      insert = connection.prepareStatement(table.insert());
      inserts.put(table, insert);
    }
    Sql.bind(insert, values);
    insert.addBatch();
    // A batch of all rows would hold all of the file in memory.
    if (++waiting == GROUP) {
      waiting = 0;
      for (PreparedStatement one : inserts.values()) {
        one.executeBatch();
      }
    }
  }

  /** What the import changes is part of each resource's history, under the new epoch. */
  private void noteChanges(Map<ResourceKey, StoredResource> before, Revision next)
      throws SQLException {
    Map<ResourceKey, StoredResource> after = resources();
    for (StoredResource now : List.copyOf(after.values())) {
      StoredResource then = before.get(now.key());
      if (!now.equals(then)) {
        ResourceTable.write(connection, changed(now.key(), next, now.content()));
      }
    }
    for (ResourceKey gone : before.keySet()) {
      if (!after.containsKey(gone)) {
        ResourceTable.write(connection, changed(gone, next, null));
      }
    }
  }

  private StoredResource changed(ResourceKey key, Revision next, @Nullable String content) {
    return new StoredResource(key, next, content, ACTOR, now);
  }

  private AuditEvent event(Revision there, Revision next) {
    return new AuditEvent(
        now,
        ACTOR,
        "state.import",
        file.sha256(),
        "done",
        "exported "
            + file.exportedAt()
            + " at "
            + show(file.revision())
            + "; was "
            + show(there)
            + ", is "
            + show(next)
            + "; "
            + voided
            + " unused tokens void; "
            + withdrawn
            + " registrations of deleted nodes left out");
  }

  private static String show(Revision revision) {
    return revision.epoch() + "." + revision.number();
  }

  private static String text(StateTable table, @Nullable Object[] values, String column) {
    return String.valueOf(values[table.place(column)]);
  }

  private static Instant time(StateTable table, @Nullable Object[] values, String column) {
    return Instant.ofEpochMilli((Long) Objects.requireNonNull(values[table.place(column)]));
  }
}
