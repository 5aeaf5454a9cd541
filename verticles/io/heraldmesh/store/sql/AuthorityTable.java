package io.heraldmesh.store.sql;

import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityMetadata;
import io.heraldmesh.store.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The authority's certificates, and as a setting whose state this is. */
final class AuthorityTable implements AuthorityMetadata {
  static final String COLUMNS = "fingerprint, kind, phase, pem, node, added_at, digest";

  private static final String TRUST_DOMAIN = "trustDomain";

  private final Database database;

  AuthorityTable(Database database) {
    this.database = database;
  }

  @Override
  public Optional<String> trustDomain() {
    return database.read(this::claimed);
  }

  @Override
  public void claim(String trustDomain) {
    database.write(
        connection -> {
          Sql.update(
              connection,
              "INSERT INTO setting (name, value, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
              TRUST_DOMAIN,
              trustDomain,
              RecordDigest.of(TRUST_DOMAIN, trustDomain));
          String there = claimed(connection).orElseThrow();
          if (!there.equals(trustDomain)) {
            throw new StoreException(
                StoreException.Reason.FOREIGN,
                database.name()
                    + ": is the state of trust domain "
                    + there
                    + ", not of "
                    + trustDomain
                    + "; correct the trust domain, or name another database");
          }
          return 1;
        });
  }

  Optional<String> claimed(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        "SELECT name, value, digest FROM setting WHERE name = ?",
        this::setting,
        TRUST_DOMAIN);
  }

  String setting(ResultSet row) throws SQLException {
    String value = row.getString("value");
    if (!RecordDigest.of(row.getString("name"), value).equals(row.getString("digest"))) {
      throw database.damaged("setting " + row.getString("name"));
    }
    return value;
  }

  @Override
  public List<AuthorityCertificate> certificates() {
    return database.read(
        connection ->
            Sql.list(connection, "SELECT " + COLUMNS + " FROM authority", this::certificate)
                .stream()
                .sorted(
                    Comparator.comparing(AuthorityCertificate::addedAt)
                        .thenComparing(AuthorityCertificate::fingerprint))
                .toList());
  }

  @Override
  public void put(AuthorityCertificate certificate) {
    database.write(connection -> put(connection, certificate));
  }

  @Override
  public boolean retire(String node) {
    return database.write(
        connection -> {
          List<AuthorityCertificate> active =
              Sql.list(
                  connection,
                  "SELECT "
                      + COLUMNS
                      + " FROM authority WHERE node = ? AND kind = 'ISSUER' AND phase = 'ACTIVE'"
                      + database.dialect().forUpdate(),
                  this::certificate,
                  node);
          for (AuthorityCertificate certificate : active) {
            put(connection, certificate.in(AuthorityCertificate.Phase.DROPPED));
          }
          return !active.isEmpty();
        });
  }

  private int put(Connection connection, AuthorityCertificate certificate) throws SQLException {
    return Sql.update(
        connection,
        "INSERT INTO authority ("
            + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET"
            + " kind = excluded.kind, phase = excluded.phase, pem = excluded.pem,"
            + " node = excluded.node, added_at = excluded.added_at,"
            + " digest = excluded.digest",
        values(certificate));
  }

  /** In the order of {@link #COLUMNS}. */
  Object[] values(AuthorityCertificate certificate) {
    return new Object[] {
      certificate.fingerprint(),
      certificate.kind().name(),
      certificate.phase().name(),
      certificate.pem(),
      certificate.node(),
      certificate.addedAt().toEpochMilli(),
      digest(certificate)
    };
  }

  /** True: {@code node} is a control node, which signs its own identities. */
  static boolean signs(Connection connection, String node) throws SQLException {
    return Sql.first(
            connection,
            "SELECT fingerprint FROM authority"
                + " WHERE node = ? AND kind = 'ISSUER' AND phase = 'ACTIVE' LIMIT 1",
            row -> row.getString("fingerprint"),
            node)
        .isPresent();
  }

  AuthorityCertificate certificate(ResultSet row) throws SQLException {
    return certificate(
        row.getString("fingerprint"),
        row.getString("kind"),
        row.getString("phase"),
        row.getString("pem"),
        row.getString("node"),
        Instant.ofEpochMilli(row.getLong("added_at")),
        row.getString("digest"));
  }

  /** What a row says, when it is as it was written. */
  AuthorityCertificate certificate(
      String fingerprint,
      String kind,
      String phase,
      String pem,
      String node,
      Instant addedAt,
      String digest) {
    if (!RecordDigest.of(fingerprint, kind, phase, pem, node, addedAt.toEpochMilli())
        .equals(digest)) {
      throw database.damaged("authority certificate " + fingerprint);
    }
    return new AuthorityCertificate(
        fingerprint,
        AuthorityCertificate.Kind.valueOf(kind),
        AuthorityCertificate.Phase.valueOf(phase),
        pem,
        node,
        addedAt);
  }

  private static String digest(AuthorityCertificate certificate) {
    return RecordDigest.of(
        certificate.fingerprint(),
        certificate.kind(),
        certificate.phase(),
        certificate.pem(),
        certificate.node(),
        certificate.addedAt().toEpochMilli());
  }
}
