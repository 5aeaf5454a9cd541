package io.heraldmesh.proxy;

import io.heraldmesh.jwt.TokenCache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What the cache of verified tokens does, as metrics: {@code herald_token_cache_…}. */
final class TokenCacheMeters {
  private TokenCacheMeters() {}

  /**
   * @param node its name; several nodes of one process share a registry
   * @param current the cache in force, which changes with policy. The gauge keeps it from being
   *     collected; a registry holds what its counters count only weakly
   */
  static void register(MeterRegistry registry, String node, Supplier<TokenCache> current) {
    counter(registry, node, "hits", current, TokenCache::hits);
    counter(registry, node, "misses", current, TokenCache::misses);
    counter(registry, node, "evictions", current, TokenCache::evictions);
    Gauge.builder("herald_token_cache_bytes", () -> current.get().bytes())
        .tag("node", node)
        .register(registry);
  }

  private static void counter(
      MeterRegistry registry,
      String node,
      String what,
      Supplier<TokenCache> current,
      ToLongFunction<TokenCache> count) {
    FunctionCounter.builder(
            "herald_token_cache_" + what, current, cache -> count.applyAsLong(cache.get()))
        .tag("node", node)
        .register(registry);
  }
}
