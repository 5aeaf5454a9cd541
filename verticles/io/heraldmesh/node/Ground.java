package io.heraldmesh.node;

import io.heraldmesh.crypto.Crypto;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What every part of a node stands on, before there are event loops. */
record Ground(
    Crypto crypto, InstantSource clock, SecureRandom random, PrometheusMeterRegistry meters) {
  private static final int WORKERS = 8;

  static Ground lay(InstantSource clock) {
    Crypto crypto = Crypto.preferred();
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Info.builder()
        .name("herald_crypto_info")
        .help("1 for the implementation that signs and verifies")
        .labelNames("crypto")
        .register(meters.getPrometheusRegistry())
        .addLabelValues(crypto.name());
    return new Ground(crypto, clock, new SecureRandom(), meters);
  }

  static VertxOptions options(int eventLoops) {
    return EventLoops.options(eventLoops, WORKERS);
  }

  Foundation under(Vertx vertx) {
    return new Foundation(vertx, crypto, clock, random, meters);
  }
}
