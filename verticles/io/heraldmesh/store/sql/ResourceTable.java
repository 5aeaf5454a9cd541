package io.heraldmesh.store.sql;

import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.ApplyResult.Conflict;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoredResource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Resources as they are, and beside them everything they ever were. */
final class ResourceTable implements ResourceRepository {
  static final String COLUMNS =
      "kind, namespace, name, epoch, revision, content, changed_by, changed_at, digest";

  private static final String ONE = " WHERE kind = ? AND namespace = ? AND name = ?";

  /** Every control node asks each second for the newest, of a history that only grows. */
  private static final String INDEX =
      "CREATE INDEX IF NOT EXISTS history_newest ON history (epoch, revision)";

  private final Database database;

  ResourceTable(Database database) {
    this.database = database;
  }

  /** Makes the index, which is no part of the format, within the connection's transaction. */
  static void prepare(Connection connection) throws SQLException {
    Sql.update(connection, INDEX);
  }

  @Override
  public ApplyResult apply(List<ResourceChange> changes, String changedBy, Instant now) {
    List<ResourceChange> all = List.copyOf(changes);
    requireOnce(all);
    return database.write(
        connection ->
            change(connection, RevisionTable.locked(connection, database), all, changedBy, now));
  }

  @Override
  public Optional<ApplyResult> applyAt(
      Snapshot basis,
      List<ResourceChange> changes,
      String changedBy,
      Instant now,
      Function<ApplyResult, @Nullable AuditEvent> audit) {
    List<ResourceChange> all = List.copyOf(changes);
    requireOnce(all);
    return database.write(
        connection -> {
          Revision last = RevisionTable.locked(connection, database);
          if (!last.equals(basis.revision()) && !places(connection).equals(places(basis))) {
            return Optional.empty();
          }
          ApplyResult result = change(connection, last, all, changedBy, now);
          AuditEvent event = audit.apply(result);
          if (event != null) {
            AuditTable.insert(connection, database.dialect(), List.of(event));
          }
          return Optional.of(result);
        });
  }

  private static Map<ResourceKey, Revision> places(Snapshot snapshot) {
    return snapshot.resources().stream()
        .collect(Collectors.toMap(StoredResource::key, StoredResource::revision));
  }

  private static Map<ResourceKey, Revision> places(Connection connection) throws SQLException {
    Map<ResourceKey, Revision> places = new HashMap<>();
    Sql.list(
            connection,
            "SELECT kind, namespace, name, epoch, revision FROM resource",
            row ->
                Map.entry(
                    new ResourceKey(
                        row.getString("kind"), row.getString("namespace"), row.getString("name")),
                    new Revision(row.getLong("epoch"), row.getLong("revision"))))
        .forEach(place -> places.put(place.getKey(), place.getValue()));
    return places;
  }

  /**
   * @param last the newest revision, locked
   */
  private ApplyResult change(
      Connection connection,
      Revision last,
      List<ResourceChange> changes,
      String changedBy,
      Instant now)
      throws SQLException {
    Plan plan = plan(connection, changes);
    if (!plan.conflicts().isEmpty()) {
      return new ApplyResult.Conflicted(plan.conflicts());
    }
    if (plan.differing().isEmpty()) {
      return new ApplyResult.Applied(last, List.of());
    }
    Revision next = new Revision(last.epoch(), last.number() + 1);
    RevisionTable.write(connection, next);
    for (ResourceChange change : plan.differing()) {
      write(connection, new StoredResource(change.key(), next, change.content(), changedBy, now));
    }
    return new ApplyResult.Applied(next, plan.keys());
  }

  @Override
  public ApplyResult dryRun(List<ResourceChange> changes) {
    List<ResourceChange> all = List.copyOf(changes);
    requireOnce(all);
    return database.read(
        connection -> {
          Plan plan = plan(connection, all);
          return plan.conflicts().isEmpty()
              ? new ApplyResult.Applied(RevisionTable.current(connection, database), plan.keys())
              : new ApplyResult.Conflicted(plan.conflicts());
        });
  }

  @Override
  public Optional<StoredResource> get(ResourceKey key) {
    return database.read(connection -> find(connection, key));
  }

  @Override
  public Snapshot all() {
    return database.read(
        connection ->
            new Snapshot(
                RevisionTable.current(connection, database),
                newest(connection),
                // Sorted here: databases differ in how they order text.
                Sql.list(connection, "SELECT " + COLUMNS + " FROM resource", this::resource)
                    .stream()
                    .sorted(Comparator.comparing(StoredResource::key))
                    .toList()));
  }

  @Override
  public Revision newest() {
    return database.read(ResourceTable::newest);
  }

  /** By the history, where what was deleted has a row, too. */
  private static Revision newest(Connection connection) throws SQLException {
    return Sql.first(
            connection,
            "SELECT epoch, revision FROM history ORDER BY epoch DESC, revision DESC LIMIT 1",
            row -> new Revision(row.getLong("epoch"), row.getLong("revision")))
        .orElse(new Revision(0, 0));
  }

  @Override
  public List<StoredResource> history(ResourceKey key, @Nullable Revision before, int most) {
    Revision until = before == null ? new Revision(Long.MAX_VALUE, 0) : before;
    return database.read(
        connection ->
            Sql.list(
                connection,
                "SELECT "
                    + COLUMNS
                    + " FROM history"
                    + ONE
                    + " AND (epoch, revision) < (?, ?)"
                    + " ORDER BY epoch DESC, revision DESC LIMIT ?",
                this::resource,
                key.kind(),
                key.namespace(),
                key.name(),
                until.epoch(),
                until.number(),
                (long) Math.max(1, most)));
  }

  private record Plan(List<Conflict> conflicts, List<ResourceChange> differing) {
    List<ResourceKey> keys() {
      return differing.stream().map(ResourceChange::key).toList();
    }
  }

  private Plan plan(Connection connection, List<ResourceChange> changes) throws SQLException {
    List<Conflict> conflicts = new ArrayList<>();
    List<ResourceChange> differing = new ArrayList<>();
    for (ResourceChange change : changes) {
      @Nullable StoredResource there = find(connection, change.key()).orElse(null);
      @Nullable Revision found = there == null ? null : there.revision();
      if (!change.expected().meets(found)) {
        conflicts.add(new Conflict(change.key(), found));
      } else if (!Objects.equals(change.content(), there == null ? null : there.content())) {
        differing.add(change);
      }
    }
    return new Plan(conflicts, differing);
  }

  private Optional<StoredResource> find(Connection connection, ResourceKey key)
      throws SQLException {
    return Sql.first(
        connection,
        "SELECT " + COLUMNS + " FROM resource" + ONE,
        this::resource,
        key.kind(),
        key.namespace(),
        key.name());
  }

  static void write(Connection connection, StoredResource resource) throws SQLException {
    ResourceKey key = resource.key();
    Sql.update(connection, "DELETE FROM resource" + ONE, key.kind(), key.namespace(), key.name());
    if (resource.content() != null) {
      insert(connection, "resource", resource);
    }
    insert(connection, "history", resource);
  }

  private static void insert(Connection connection, String table, StoredResource resource)
      throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO " + table + " (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        resource.key().kind(),
        resource.key().namespace(),
        resource.key().name(),
        resource.revision().epoch(),
        resource.revision().number(),
        resource.content(),
        resource.changedBy(),
        resource.changedAt().toEpochMilli(),
        digest(resource));
  }

  StoredResource resource(ResultSet row) throws SQLException {
    StoredResource resource =
        new StoredResource(
            new ResourceKey(
                row.getString("kind"), row.getString("namespace"), row.getString("name")),
            new Revision(row.getLong("epoch"), row.getLong("revision")),
            row.getString("content"),
            row.getString("changed_by"),
            Instant.ofEpochMilli(row.getLong("changed_at")));
    if (!digest(resource).equals(row.getString("digest"))) {
      throw database.damaged("resource " + resource.key());
    }
    return resource;
  }

  private static String digest(StoredResource resource) {
    return RecordDigest.of(
        resource.key().kind(),
        resource.key().namespace(),
        resource.key().name(),
        resource.revision().epoch(),
        resource.revision().number(),
        resource.content(),
        resource.changedBy(),
        resource.changedAt().toEpochMilli());
  }

  private static void requireOnce(List<ResourceChange> changes) {
    Set<ResourceKey> named = new HashSet<>();
    for (ResourceChange change : changes) {
      if (!named.add(change.key())) {
        throw new IllegalArgumentException(change.key() + " is named twice");
      }
    }
  }
}
