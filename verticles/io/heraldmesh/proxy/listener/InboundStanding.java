package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.Workload;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The standing of a connection to a workload: the peer's proof, then the policy.
 *
 * <p>A connection for requests is decided on request by request. It ends as a whole when its peer
 * may not speak at all any more, or when it once could ask for something and no request on it can
 * be allowed now. One that never could is for its requests to be refused on.
 */
final class InboundStanding implements Standing {
  private final ListenerContext context;
  private final Workload workload;
  private final Connection connection;
  private final @Nullable PeerCheck peer;
  private final boolean bytes;
  private @Nullable Enforcement judgedBy;
  private @Nullable Enforcement before;
  private boolean couldAsk;
  private boolean mayAnswer;

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
    this.before = bytes ? null : context.inForce().get().enforcement(workload);
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
        bytes ? current.decide(connection, null, context.keySets().get(), now) : refusal(current);
    return decision instanceof Decision.Denied denied ? denied.reason() : null;
  }

  private Decision.@Nullable Denied refusal(Enforcement current) {
    Decision.Denied refused = current.refusal(connection);
    if (refused == null) {
      couldAsk |= before != null && before.refusalOfAll(connection) == null;
      refused = couldAsk && before != current ? current.refusalOfAll(connection) : null;
      mayAnswer = refused != null;
      before = current;
    }
    return refused;
  }

  @Override
  public boolean mayAnswer() {
    return mayAnswer;
  }
}
