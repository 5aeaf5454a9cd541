package io.heraldmesh.store;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** The tokens by which nodes enrol. A token is used once, for good, by one key. */
public interface JoinTokens {

  /**
   * Adds a token that is not used yet.
   *
   * @throws StoreException with reason TAKEN when one with its hash is there
   */
  void create(JoinToken token);

  /** As {@link #create(JoinToken)}, with a row of the audit log in the same transaction. */
  void create(JoinToken token, AuditEvent audit);

  /**
   * Uses the token with this hash for a key, and registers its workloads and addresses for its node
   * in the same transaction. The same key may repeat it until the token expires, also after it was
   * used.
   *
   * @param node that must be the token's
   * @param key fingerprint of the public key that enrols
   */
  TokenUse use(String hash, String node, String key, Instant now);

  /**
   * As {@link #use(String, String, String, Instant)}, with a row of the audit log in the same
   * transaction when it was not used before.
   *
   * @param audit the row for the token as it is used now; when it throws, nothing has changed
   */
  TokenUse use(
      String hash, String node, String key, Instant now, Function<JoinToken, AuditEvent> audit);

  /** Takes back a token that is not used; true: it was there. A used one stays. */
  boolean revoke(String hash);

  /**
   * As {@link #revoke(String)}, with a row of the audit log in the same transaction when it was
   * there.
   */
  boolean revoke(String hash, AuditEvent audit);

  /** All, oldest first, used ones too. */
  List<JoinToken> all();
}
