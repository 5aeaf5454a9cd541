package io.heraldmesh.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds each connection to a destination; null: as the proxy does elsewhere.
 *
 * @param connectTimeout for TCP, and then for TLS; at least 1 ms
 * @param requests that it carries, one after the other or as streams; 0: any number
 */
public record ConnectionLimits(@Nullable Duration connectTimeout, int requests) {
  /** As elsewhere. */
  public static final ConnectionLimits NONE = new ConnectionLimits(null, 0);
}
