package io.heraldmesh.store.sql;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.RegisteredAddress;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.TakenBack;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One row for each workload of each node; its addresses are in {@link AddressTable}. */
final class RegistrationTable implements NodeRegistrations {
  static final String COLUMNS =
      "node, namespace, service_account, registered_by, registered_at, digest";

  private static final Comparator<Registration> ORDER =
      Comparator.comparing(Registration::node)
          .thenComparing(Registration::namespace)
          .thenComparing(Registration::serviceAccount);

  private final Database database;

  RegistrationTable(Database database) {
    this.database = database;
  }

  @Override
  public List<Registration> all() {
    return database.read(
        connection ->
            Sql.list(connection, "SELECT " + COLUMNS + " FROM registration", this::registration)
                .stream()
                .sorted(ORDER)
                .toList());
  }

  @Override
  public List<Registration> of(String node) {
    return database.read(connection -> of(connection, node));
  }

  private List<Registration> of(Connection connection, String node) throws SQLException {
    return Sql.list(
            connection,
            "SELECT " + COLUMNS + " FROM registration WHERE node = ?",
            this::registration,
            node)
        .stream()
        .sorted(ORDER)
        .toList();
  }

  @Override
  public List<RegisteredAddress> addresses() {
    return database.read(new AddressTable(database)::all);
  }

  @Override
  public List<RegisteredAddress> addresses(String node) {
    return database.read(connection -> new AddressTable(database).of(connection, node));
  }

  @Override
  public void add(RegisteredAddress address) {
    database.write(connection -> AddressTable.insert(connection, address));
  }

  @Override
  public void replace(String node, List<Registration> registrations) {
    List<Registration> wanted = List.copyOf(registrations);
    for (Registration registration : wanted) {
      if (!registration.node().equals(node)) {
        throw new IllegalArgumentException(registration + " is not for node " + node);
      }
    }
    database.write(
        connection -> {
          Set<List<String>> keep = new HashSet<>();
          wanted.forEach(r -> keep.add(List.of(r.namespace(), r.serviceAccount())));
          for (Registration there : of(connection, node)) {
            if (!keep.contains(List.of(there.namespace(), there.serviceAccount()))) {
              Sql.update(
                  connection,
                  "DELETE FROM registration"
                      + " WHERE node = ? AND namespace = ? AND service_account = ?",
                  node,
                  there.namespace(),
                  there.serviceAccount());
            }
          }
          for (Registration registration : wanted) {
            insert(connection, registration);
          }
          return wanted.size();
        });
  }

  @Override
  public void add(Registration registration) {
    database.write(
        connection -> {
          insert(connection, registration);
          return 1;
        });
  }

  @Override
  public Readmission readmit(String node, Instant validSince, List<Registration> registrations) {
    return database.write(
        connection -> {
          database.dialect().alone(connection, lock(node));
          if (AuthorityTable.signs(connection, node)) {
            return Readmission.CONTROL_NODE;
          }
          Optional<Instant> revoked = new RevocationTable(database).of(connection, node);
          if (revoked.isPresent() && of(connection, node).isEmpty()) {
            return Readmission.REVOKED;
          }
          if (revoked.filter(validSince::isBefore).isPresent()) {
            return Readmission.CERTIFICATE_TOO_OLD;
          }
          boolean changed = false;
          for (Registration registration : registrations) {
            changed |= insert(connection, registration);
          }
          return changed ? Readmission.DONE : Readmission.AS_BEFORE;
        });
  }

  private static String lock(String node) {
    return "herald node " + node;
  }

  @Override
  public boolean remove(String node) {
    return database.write(
        connection -> {
          AnnouncementTable.forget(connection, node);
          AddressTable.remove(connection, node);
          return Sql.update(connection, "DELETE FROM registration WHERE node = ?", node) > 0;
        });
  }

  @Override
  public TakenBack remove(String node, String workload, AuditEvent audit) {
    return database.write(
        connection -> {
          database.dialect().alone(connection, lock(node));
          // As in revoke: one that is being used waits here, or what it registers goes with it.
          int tokens = new TokenTable(database).revoke(connection, node, workload);
          int rows =
              Sql.update(
                  connection,
                  "DELETE FROM registration"
                      + " WHERE node = ? AND namespace || '/' || service_account = ?",
                  node,
                  workload);
          boolean there = rows + tokens > 0;
          if (there) {
            AuditTable.insert(connection, database.dialect(), List.of(audit));
          }
          return new TakenBack(there, tokens, null);
        });
  }

  @Override
  public TakenBack revoke(String node, Instant now, Instant voidBefore, AuditEvent audit) {
    return database.write(
        connection -> {
          database.dialect().alone(connection, lock(node));
          // Tokens first: one that is being used waits here, and what it registers goes with it.
          int tokens =
              Sql.update(
                  connection, "DELETE FROM join_token WHERE node = ? AND used_at IS NULL", node);
          int rows =
              Sql.update(connection, "DELETE FROM registration WHERE node = ?", node)
                  + AddressTable.remove(connection, node);
          boolean there = rows + tokens > 0 || hasIdentity(connection, node, now);
          boolean keepsName = AuthorityTable.signs(connection, node);
          if (!there && keepsName) {
            return new TakenBack(false, 0, null);
          }
          AnnouncementTable.forget(connection, node);
          if (!keepsName) {
            RevocationTable.raise(connection, node, voidBefore);
          }
          AuditTable.insert(connection, database.dialect(), List.of(audit));
          return new TakenBack(
              there,
              tokens,
              keepsName ? null : new RevocationTable(database).of(connection, node).orElse(null));
        });
  }

  /** One that has not ended and is not void already. */
  private boolean hasIdentity(Connection connection, String node, Instant now) throws SQLException {
    Instant good = new RevocationTable(database).of(connection, node).orElse(Instant.EPOCH);
    return Sql.first(
            connection,
            "SELECT number FROM issuance WHERE node = ? AND not_after > ? AND not_before >= ?"
                + " LIMIT 1",
            row -> row.getLong("number"),
            node,
            now.toEpochMilli(),
            good.toEpochMilli())
        .isPresent();
  }

  @Override
  public boolean isControlNode(String node) {
    return database.read(connection -> AuthorityTable.signs(connection, node));
  }

  @Override
  public Optional<Instant> voidBefore(String node) {
    return database.read(connection -> new RevocationTable(database).of(connection, node));
  }

  @Override
  public Map<String, Instant> voidBefores(Instant after) {
    return database.read(connection -> new RevocationTable(database).after(connection, after));
  }

  /**
   * Takes out what was registered for a node before it was deleted, as an older state has it.
   *
   * @return how many workloads
   */
  static int withdrawRevoked(Connection connection) throws SQLException {
    withdrawRevoked(connection, "node_address");
    return withdrawRevoked(connection, "registration");
  }

  private static int withdrawRevoked(Connection connection, String table) throws SQLException {
    return Sql.update(
        connection,
        "DELETE FROM "
            + table
            + " WHERE EXISTS (SELECT 1 FROM revocation WHERE revocation.node = "
            + table
            + ".node AND revocation.void_before > "
            + table
            + ".registered_at)");
  }

  /** True: it was not there. */
  static boolean insert(Connection connection, Registration registration) throws SQLException {
    return Sql.update(
            connection,
            "INSERT INTO registration ("
                + COLUMNS
                + ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            registration.node(),
            registration.namespace(),
            registration.serviceAccount(),
            registration.registeredBy(),
            registration.registeredAt().toEpochMilli(),
            digest(registration))
        > 0;
  }

  Registration registration(ResultSet row) throws SQLException {
    Registration registration =
        new Registration(
            row.getString("node"),
            row.getString("namespace"),
            row.getString("service_account"),
            row.getString("registered_by"),
            Instant.ofEpochMilli(row.getLong("registered_at")));
    if (!digest(registration).equals(row.getString("digest"))) {
      throw database.damaged(
          "registration of "
              + registration.namespace()
              + "/"
              + registration.serviceAccount()
              + " for "
              + registration.node());
    }
    return registration;
  }

  private static String digest(Registration registration) {
    return RecordDigest.of(
        registration.node(),
        registration.namespace(),
        registration.serviceAccount(),
        registration.registeredBy(),
        registration.registeredAt().toEpochMilli());
  }
}
