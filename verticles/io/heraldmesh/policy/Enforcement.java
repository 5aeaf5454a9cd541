package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link WorkloadPolicy}, ready to decide. The only place that knows the order: normalization,
 * peer mode, tokens, authorization. The proxy's filters and {@code explain} call this one method.
 * Immutable and thread-safe.
 */
public final class Enforcement {
  private final WorkloadPolicy policy;
  private final Crypto crypto;

  public Enforcement(WorkloadPolicy policy, Crypto crypto) {
    this.policy = policy;
    this.crypto = crypto;
  }

  public WorkloadPolicy policy() {
    return policy;
  }

  /**
   * Decides one request, or one TCP connection when {@code request} is null. Does no I/O; costs at
   * most one signature check per token found.
   */
  public Decision decide(
      Connection connection, @Nullable RequestHead request, KeySets keys, Instant now) {
    return new Decision.Denied(
        403,
        "RBAC: access denied",
        List.of(),
        null,
        null,
        null,
        List.of(),
        new Reason("not_written", crypto.name() + connection + request + keys + now));
  }
}
