package io.heraldmesh.proxy.filter;

import io.heraldmesh.policy.Decision;
import org.jspecify.annotations.Nullable;

/** One step that may refuse. It cannot let anything through. */
interface Filter {

  /** The refusal, or null when this filter has nothing against it. */
  Decision.@Nullable Denied apply(InboundRequest request);
}
