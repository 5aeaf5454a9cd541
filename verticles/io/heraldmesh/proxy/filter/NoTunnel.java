package io.heraldmesh.proxy.filter;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.policy.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service is no proxy: a tunnel through it would carry requests that nobody decided on. */
final class NoTunnel implements Filter {

  @Override
  public Decision.@Nullable Denied apply(InboundRequest request) {
    RequestHead head = request.head();
    if (head == null || !head.method().equals("CONNECT")) {
      return null;
    }
    return new Decision.Denied(
        405,
        "CONNECT is not available here",
        List.of(new Header("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")),
        null,
        null,
        null,
        List.of(),
        new Reason("connect_refused", "CONNECT to an inbound listener"));
  }
}
