package io.heraldmesh.proxy.listener;

import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The standing of a request to a workload that is under way: what policy says of it now. */
final class RequestStanding implements Standing {
  private final ListenerContext context;
  private final Workload workload;
  private final Connection connection;
  private final RequestHead head;
  private final Instant decidedAt;
  private @Nullable Enforcement judgedBy;
  private @Nullable KeySets judgedWith;
  private int status = 403;

  /**
   * @param head as it was decided on
   * @param decidedAt when it was; a token that was good then stays good for as long as the request
   *     takes, as long as its key does
   */
  RequestStanding(
      ListenerContext context,
      Workload workload,
      Connection connection,
      RequestHead head,
      Instant decidedAt) {
    this.context = context;
    this.workload = workload;
    this.connection = connection;
    this.head = head;
    this.decidedAt = decidedAt;
  }

  @Override
  public @Nullable Reason withdrawn(Instant now) {
    Enforcement current = context.inForce().get().enforcement(workload);
    KeySets keys = context.keySets().get();
    if (current == null || current == judgedBy && keys.equals(judgedWith)) {
      // without any the connection ends as a whole
      return null;
    }
    judgedBy = current;
    judgedWith = keys;
    Decision decision = current.decide(connection, head, keys, decidedAt);
    if (!(decision instanceof Decision.Denied denied)) {
      return null;
    }
    // a refused peer gets no answer when it connects, but this one has asked already
    status = denied.status() == 0 ? 403 : denied.status();
    return denied.reason();
  }

  @Override
  public int status() {
    return status;
  }
}
