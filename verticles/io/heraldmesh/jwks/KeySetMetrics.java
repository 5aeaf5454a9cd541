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

/** What is counted of key sets; the first two under Istio's names. */
final class KeySetMetrics {
  /** More sources than this get no series of their own. */
  static final int MOST_SOURCES = 64;

  private final InstantSource clock;
  private final Counter successes;
  private final Counter failures;
  private final MultiGauge ages;
  private final MultiGauge keys;
  private final MultiGauge inARow;

  KeySetMetrics(MeterRegistry meters, InstantSource clock) {
    this.clock = clock;
    this.successes = meters.counter("pilot_jwks_resolver_network_fetch_success_total");
    this.failures = meters.counter("pilot_jwks_resolver_network_fetch_fail_total");
    this.ages =
        MultiGauge.builder("herald_jwks_age_seconds")
            .description("time since the key set in force was fetched")
            .register(meters);
    this.keys =
        MultiGauge.builder("herald_jwks_keys")
            .description("usable keys of the set in force; 0: never fetched")
            .register(meters);
    this.inARow =
        MultiGauge.builder("herald_jwks_failures")
            .description("failed fetches since the last good one")
            .register(meters);
  }

  void succeeded() {
    successes.increment();
  }

  void failed() {
    failures.increment();
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
