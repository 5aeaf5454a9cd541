package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The standing of a connection to a workload: the peer's proof, then the policy. */
final class InboundStanding implements Standing {
  private final ListenerContext context;
  private final Workload workload;
  private final Connection connection;
  private final @Nullable PeerCheck peer;
  private final boolean bytes;
  private @Nullable Enforcement judgedBy;

  /**
   * @param peer null without mesh TLS
   * @param bytes it carries one TCP stream, which the whole policy decides on; requests are decided
   *     one by one, and here only whether the peer may speak at all
   */
  InboundStanding(
      ListenerContext context,
      Workload workload,
      Connection connection,
      @Nullable PeerCheck peer,
      boolean bytes) {
    this.context = context;
    this.workload = workload;
    this.connection = connection;
    this.peer = peer;
    this.bytes = bytes;
  }

  @Override
  public @Nullable Reason withdrawn(Instant now) {
    String problem = peer == null ? null : peer.problem(now);
    if (problem != null) {
      return new Reason(problem, "the caller's identity no longer holds");
    }
    Enforcement current = context.inForce().get().enforcement(workload);
    if (current == null) {
      return new Reason("no_policy", "no snapshot is in force");
    }
    if (current == judgedBy) {
      return null;
    }
    judgedBy = current;
    Decision decision =
        bytes
            ? current.decide(connection, null, context.keySets().get(), now)
            : current.refusal(connection);
    return decision instanceof Decision.Denied denied ? denied.reason() : null;
  }
}
