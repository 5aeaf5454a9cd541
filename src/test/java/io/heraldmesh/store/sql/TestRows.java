package io.heraldmesh.store.sql;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.RegisteredAddress;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.TokenSecret;
import java.time.Instant;
import java.util.Set;

/** Rows as tests write them. */
final class TestRows {
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00.123Z");

  /** Who wrote them. */
  static final String ANN = "spiffe://mesh.test/herald/operator/ann";

  private TestRows() {}

  static Registration registration(String node, String account) {
    return new Registration(node, "ns", account, ANN, NOW);
  }

  static RegisteredAddress address(String node, String address) {
    return new RegisteredAddress(node, address, ANN, NOW);
  }

  static JoinToken token(String secret, String node, Set<String> workloads) {
    return token(secret, node, workloads, Set.of());
  }

  static JoinToken token(String secret, String node, Set<String> workloads, Set<String> addresses) {
    return new JoinToken(
        hash(secret), node, "node", workloads, addresses, ANN, NOW, NOW.plusSeconds(600), null);
  }

  static JoinToken used(String secret, String node, Set<String> workloads, String key) {
    return new JoinToken(
        hash(secret),
        node,
        "node",
        workloads,
        Set.of(),
        ANN,
        NOW,
        NOW.plusSeconds(600),
        new JoinToken.Use(key, NOW));
  }

  static String hash(String secret) {
    return TokenSecret.presented(secret).hash();
  }

  static AuditEvent event(String subject) {
    return new AuditEvent(NOW, ANN, "token.create", subject, "done", "");
  }

  static IssuanceRecord record(String serial) {
    return new IssuanceRecord(
        serial,
        "spiffe://mesh.test/ns/a/sa/b",
        "node-1",
        NOW,
        NOW.plusSeconds(60),
        NOW,
        "ab".repeat(32),
        "spiffe://mesh.test/herald/node/node-1");
  }
}
