package io.heraldmesh.store.sql;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.JoinTokens;
import io.heraldmesh.store.RegisteredAddress;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.TokenUse;
import io.heraldmesh.store.TokenUse.Why;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Join tokens by their hash. A trigger keeps a used one used. */
final class TokenTable implements JoinTokens {
  static final String COLUMNS =
      "hash, node, role, workloads, addresses, created_by, created_at, expires_at, used_by,"
          + " used_at, digest";

  private final Database database;

  TokenTable(Database database) {
    this.database = database;
  }

  @Override
  public void create(JoinToken token) {
    requireNew(token);
    database.write(connection -> insert(connection, token));
  }

  @Override
  public void create(JoinToken token, AuditEvent audit) {
    requireNew(token);
    database.write(
        connection -> {
          AuditTable.insert(connection, database.dialect(), List.of(audit));
          return insert(connection, token);
        });
  }

  private static void requireNew(JoinToken token) {
    if (token.use() != null) {
      throw new IllegalArgumentException("a new token is not used yet");
    }
  }

  private static int insert(Connection connection, JoinToken token) throws SQLException {
    return Sql.update(
        connection,
        "INSERT INTO join_token (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        token.hash(),
        token.node(),
        token.role(),
        words(token.workloads()),
        words(token.addresses()),
        token.createdBy(),
        token.createdAt().toEpochMilli(),
        token.expiresAt().toEpochMilli(),
        null,
        null,
        digest(token));
  }

  @Override
  public TokenUse use(String hash, String node, String key, Instant now) {
    return use(hash, node, key, now, (connection, used) -> {});
  }

  @Override
  public TokenUse use(
      String hash, String node, String key, Instant now, Function<JoinToken, AuditEvent> audit) {
    return use(
        hash,
        node,
        key,
        now,
        (connection, used) ->
            AuditTable.insert(connection, database.dialect(), List.of(audit.apply(used))));
  }

  /** What else is written when a token is used for the first time. */
  private interface Also {
    void write(Connection connection, JoinToken used) throws SQLException;
  }

  private TokenUse use(String hash, String node, String key, Instant now, Also also) {
    return database.write(
        connection -> {
          JoinToken token = locked(connection, hash).orElse(null);
          if (token == null) {
            return new TokenUse.Refused(Why.UNKNOWN);
          }
          Instant voidBefore =
              new RevocationTable(database).of(connection, token.node()).orElse(Instant.MIN);
          if (token.createdAt().isBefore(voidBefore)) {
            return new TokenUse.Refused(Why.UNKNOWN);
          }
          if (!token.node().equals(node)) {
            return new TokenUse.Refused(Why.OTHER_NODE);
          }
          if (AuthorityTable.signs(connection, node)) {
            return new TokenUse.Refused(Why.CONTROL_NODE);
          }
          JoinToken.@Nullable Use before = token.use();
          if (before != null && !before.key().equals(key)) {
            return new TokenUse.Refused(Why.USED);
          }
          if (!now.isBefore(token.expiresAt())) {
            return new TokenUse.Refused(Why.EXPIRED);
          }
          if (before != null) {
            return new TokenUse.Accepted(token, true);
          }
          JoinToken used =
              new JoinToken(
                  token.hash(),
                  token.node(),
                  token.role(),
                  token.workloads(),
                  token.addresses(),
                  token.createdBy(),
                  token.createdAt(),
                  token.expiresAt(),
                  new JoinToken.Use(key, Instant.ofEpochMilli(now.toEpochMilli())));
          Sql.update(
              connection,
              "UPDATE join_token SET used_by = ?, used_at = ?, digest = ? WHERE hash = ?",
              key,
              now.toEpochMilli(),
              digest(used),
              hash);
          register(connection, used, now);
          also.write(connection, used);
          return new TokenUse.Accepted(used, false);
        });
  }

  private static void register(Connection connection, JoinToken token, Instant now)
      throws SQLException {
    for (String workload : token.workloads()) {
      int slash = workload.indexOf('/');
      RegistrationTable.insert(
          connection,
          new Registration(
              token.node(),
              workload.substring(0, slash),
              workload.substring(slash + 1),
              token.createdBy(),
              now));
    }
    for (String address : token.addresses()) {
      AddressTable.insert(
          connection, new RegisteredAddress(token.node(), address, token.createdBy(), now));
    }
  }

  @Override
  public boolean revoke(String hash) {
    return database.write(connection -> revoke(connection, hash));
  }

  @Override
  public boolean revoke(String hash, AuditEvent audit) {
    return database.write(
        connection -> {
          boolean there = revoke(connection, hash);
          if (there) {
            AuditTable.insert(connection, database.dialect(), List.of(audit));
          }
          return there;
        });
  }

  private static boolean revoke(Connection connection, String hash) throws SQLException {
    return Sql.update(connection, "DELETE FROM join_token WHERE hash = ? AND used_at IS NULL", hash)
        > 0;
  }

  /** Those of {@code node} that nobody used and that would register {@code workload}; how many. */
  int revoke(Connection connection, String node, String workload) throws SQLException {
    List<JoinToken> giving =
        Sql.list(
                connection,
                "SELECT "
                    + COLUMNS
                    + " FROM join_token WHERE node = ? AND used_at IS NULL"
                    + database.dialect().forUpdate(),
                this::token,
                node)
            .stream()
            .filter(token -> token.workloads().contains(workload))
            .toList();
    for (JoinToken token : giving) {
      revoke(connection, token.hash());
    }
    return giving.size();
  }

  @Override
  public List<JoinToken> all() {
    return database.read(
        connection ->
            Sql.list(connection, "SELECT " + COLUMNS + " FROM join_token", this::token).stream()
                .sorted(Comparator.comparing(JoinToken::createdAt).thenComparing(JoinToken::hash))
                .toList());
  }

  private Optional<JoinToken> locked(Connection connection, String hash) throws SQLException {
    return Sql.first(
        connection,
        "SELECT " + COLUMNS + " FROM join_token WHERE hash = ?" + database.dialect().forUpdate(),
        this::token,
        hash);
  }

  JoinToken token(ResultSet row) throws SQLException {
    String usedBy = row.getString("used_by");
    JoinToken token =
        new JoinToken(
            row.getString("hash"),
            row.getString("node"),
            row.getString("role"),
            set(row.getString("workloads")),
            set(row.getString("addresses")),
            row.getString("created_by"),
            Instant.ofEpochMilli(row.getLong("created_at")),
            Instant.ofEpochMilli(row.getLong("expires_at")),
            usedBy == null
                ? null
                : new JoinToken.Use(usedBy, Instant.ofEpochMilli(row.getLong("used_at"))));
    if (!digest(token).equals(row.getString("digest"))) {
      throw database.damaged("token for " + token.node());
    }
    return token;
  }

  private static String words(Set<String> words) {
    return String.join(" ", words);
  }

  private static Set<String> set(String words) {
    return words.isEmpty() ? Set.of() : Set.of(words.split(" "));
  }

  private static String digest(JoinToken token) {
    JoinToken.@Nullable Use use = token.use();
    List<@Nullable Object> fields = new ArrayList<>();
    fields.add(token.hash());
    fields.add(token.node());
    fields.add(token.role());
    fields.add(words(token.workloads()));
    fields.add(token.createdBy());
    fields.add(token.createdAt().toEpochMilli());
    fields.add(token.expiresAt().toEpochMilli());
    fields.add(use == null ? null : use.key());
    fields.add(use == null ? null : use.at().toEpochMilli());
    // One of format 3 has none, and its digest stays what it was.
    if (!token.addresses().isEmpty()) {
      fields.add(words(token.addresses()));
    }
    return RecordDigest.of(fields.toArray());
  }
}
