package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.upstream.Routes;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The standing of a call that leaves the mesh: it ends when calls may do so no more. */
record PassthroughStanding(Supplier<@Nullable Routes> routes) implements Standing {

  @Override
  public @Nullable Reason withdrawn(Instant now) {
    Routes current = routes.get();
    return current != null && current.registryOnly()
        ? new Reason(UpstreamFailure.NO_ROUTE, "outboundTrafficPolicy is REGISTRY_ONLY now")
        : null;
  }
}
