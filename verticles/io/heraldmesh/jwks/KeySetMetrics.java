package io.heraldmesh.jwks;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is counted of key sets; fetches from issuers under Istio's names. */
final class KeySetMetrics {
  /** More sources than this get no series of their own. */
  static final int MOST_SOURCES = 64;

  private final InstantSource clock;
  private final @Nullable Counter successes;
  private final @Nullable Counter failures;
  private final MultiGauge ages;
  private final MultiGauge keys;
  private final MultiGauge inARow;

  /**
   * @param prefix of the names of what is told by source
   * @param asksIssuers whether fetches go over the network
   */
  KeySetMetrics(MeterRegistry meters, InstantSource clock, String prefix, boolean asksIssuers) {
    this.clock = clock;
    this.successes =
        asksIssuers ? meters.counter("pilot_jwks_resolver_network_fetch_success_total") : null;
    this.failures =
        asksIssuers ? meters.counter("pilot_jwks_resolver_network_fetch_fail_total") : null;
    this.ages =
        MultiGauge.builder(prefix + "age_seconds")
            .description("time since the key set in force was fetched")
            .register(meters);
    this.keys =
        MultiGauge.builder(prefix + "keys")
            .description("usable keys of the set in force; 0: never fetched")
            .register(meters);
    this.inARow =
        MultiGauge.builder(prefix + "failures")
            .description("failed fetches since the last good one")
            .register(meters);
  }

  void succeeded() {
    count(successes);
  }

  void failed() {
    count(failures);
  }

  private static void count(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }

  /** Replaces the series of all sources. */
  void show(List<KeySourceHealth> sources) {
    List<MultiGauge.Row<?>> ageRows = new ArrayList<>();
    List<MultiGauge.Row<?>> keyRows = new ArrayList<>();
    List<MultiGauge.Row<?>> failureRows = new ArrayList<>();
    for (KeySourceHealth one : sources.subList(0, Math.min(MOST_SOURCES, sources.size()))) {
      Tags tags = Tags.of("source", one.source());
      keyRows.add(MultiGauge.Row.of(tags, one.keys()));
      failureRows.add(MultiGauge.Row.of(tags, one.failures()));
      Instant fetched = one.lastSuccess();
      if (fetched != null) {
        ageRows.add(MultiGauge.Row.of(tags, () -> age(fetched)));
      }
    }
    ages.register(ageRows, /* overwrite= */ true);
    keys.register(keyRows, /* overwrite= */ true);
    inARow.register(failureRows, /* overwrite= */ true);
  }

  private double age(Instant fetched) {
    return Math.max(0, Duration.between(fetched, clock.instant()).toMillis()) / 1000.0;
  }
}
