package io.heraldmesh.cli;

import io.heraldmesh.crypto.Crypto;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What every part of a node stands on. */
record Foundation(
    Vertx vertx,
    Crypto crypto,
    InstantSource clock,
    SecureRandom random,
    PrometheusMeterRegistry meters) {

  static Foundation lay(int eventLoops) {
    Crypto crypto = Crypto.preferred();
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Info.builder()
        .name("herald_crypto_info")
        .help("1 for the implementation that signs and verifies")
        .labelNames("crypto")
        .register(meters.getPrometheusRegistry())
        .addLabelValues(crypto.name());
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                .setWorkerPoolSize(8)
                .setPreferNativeTransport(true));
    return new Foundation(vertx, crypto, InstantSource.system(), new SecureRandom(), meters);
  }
}
