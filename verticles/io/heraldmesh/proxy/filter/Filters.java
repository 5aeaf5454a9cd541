package io.heraldmesh.proxy.filter;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to a request or connection before it is forwarded, in this order. */
public final class Filters {
  private static final List<Filter> BEFORE_AUTHORIZATION = List.of(new NoTunnel());

  private Filters() {}

  /** For what comes to a workload. */
  public static Verdict inbound(InboundRequest request) {
    for (int i = 0; i < BEFORE_AUTHORIZATION.size(); i++) {
      Decision.Denied denied = BEFORE_AUTHORIZATION.get(i).apply(request);
      if (denied != null) {
        return new Verdict.Refuse(denied);
      }
    }
    return Authorization.inbound(request);
  }

  /**
   * For what a workload calls.
   *
   * @param head null on TCP
   */
  public static Permit outbound(@Nullable RequestHead head) {
    return Authorization.outbound(head);
  }
}
