package io.heraldmesh.proxy.filter;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.RequestHead;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the policy. The only place that makes a {@link Permit}. */
final class Authorization {
  private static final Reason OUTBOUND =
      new Reason("outbound", "the workload's own call; the called side decides");

  private Authorization() {}

  static Verdict inbound(InboundRequest request) {
    return switch (request
        .enforcement()
        .decide(request.connection(), request.head(), request.keys(), request.now())) {
      case Decision.Allowed allowed -> new Verdict.Pass(new Permit(allowed));
      case Decision.Denied denied -> new Verdict.Refuse(denied);
    };
  }

  /**
   * Whoever may connect to a workload's outbound listener speaks as that workload, and what it may
   * call is decided where the call arrives. So this always permits, and changes nothing.
   */
  static Permit outbound(@Nullable RequestHead head) {
    String target = head == null ? null : head.target();
    return new Permit(
        new Decision.Allowed(target, target, List.of(), Set.of(), null, null, List.of(), OUTBOUND));
  }
}
