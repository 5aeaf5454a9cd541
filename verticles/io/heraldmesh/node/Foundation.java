package io.heraldmesh.node;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.tls.NativeTransport;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What every part of a node stands on. */
record Foundation(
    Vertx vertx,
    Crypto crypto,
    InstantSource clock,
    SecureRandom random,
    PrometheusMeterRegistry meters) {

  Ground ground() {
    return new Ground(crypto, clock, random, meters);
  }

  /** With an event bus of the process's own. */
  static Foundation lay(int eventLoops, InstantSource clock) {
    return Ground.lay(clock).under(NativeTransport.builder(Ground.options(eventLoops)).build());
  }
}
