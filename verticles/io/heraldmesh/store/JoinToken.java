package io.heraldmesh.store;

import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A one-use token that lets a node enrol. The token itself is nowhere in the database, only its
 * hash.
 *
 * @param hash SHA-256 of the token, lower-case hex; see {@link TokenSecret}
 * @param node the name that the node gets
 * @param role the role of Herald's that the node gets, such as {@code node}; see {@link #ROLES}
 * @param workloads {@code namespace/serviceAccount} of what it may run
 * @param addresses where it may be reached, see {@link RegisteredAddress}
 * @param createdBy the identity of whoever made it
 * @param use null: not used yet
 */
public record JoinToken(
    String hash,
    String node,
    String role,
    Set<String> workloads,
    Set<String> addresses,
    String createdBy,
    Instant createdAt,
    Instant expiresAt,
    @Nullable Use use) {
  /** Those that are given by a token. */
  public static final Set<String> ROLES = Set.of("node", "ca", "config", "admin", "operator");

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern WORKLOAD = Pattern.compile("[^/\\s]+/[^/\\s]+");

  public JoinToken {
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException("hash is not a SHA-256 in lower-case hex");
    }
    Words.name("node", node);
    Words.name("role", role);
    Words.text("createdBy", createdBy);
    for (String workload : workloads) {
      if (!WORKLOAD.matcher(workload).matches()) {
        throw new IllegalArgumentException(workload + " is not namespace/serviceAccount");
      }
    }
    addresses.forEach(RegisteredAddress::requireAddress);
    workloads = Collections.unmodifiableSortedSet(new TreeSet<>(workloads));
    addresses = Collections.unmodifiableSortedSet(new TreeSet<>(addresses));
  }

  /**
   * Who used it.
   *
   * @param key fingerprint of the node's public key
   */
  public record Use(String key, Instant at) {
    public Use {
      Words.name("key", key);
    }
  }
}
