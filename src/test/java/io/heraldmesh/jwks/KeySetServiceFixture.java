package io.heraldmesh.jwks;

import static io.heraldmesh.jwks.KeyServer.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A key set service against a real https server; the clock and the timers are wound by hand. */
abstract class KeySetServiceFixture {
  /** A fetch takes milliseconds, but the machine may be busy. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  static Vertx vertx;
  static String keysA;
  static String keysB;

  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  final ManualTimers timers = new ManualTimers();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  KeyServer server;
  KeySource source;
  KeySetService service;

  @BeforeAll
  static void startVertx() throws JOSEException {
    vertx = Vertx.vertx();
    keysA = new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("a").generate()).toString();
    keysB = new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("b").generate()).toString();
  }

  @AfterAll
  static void stopVertx() {
    await(vertx.close());
  }

  @BeforeEach
  void startServer() throws Exception {
    server = KeyServer.start(vertx, "localhost");
    server.serve(keysA);
    source = new KeySource.Remote(server.uri("/jwks"));
    service = service(settings());
  }

  @AfterEach
  void stopServer() {
    await(service.close());
    server.close();
  }

  KeySetSettings settings() {
    return under(server.root, false);
  }

  static KeySetSettings under(@Nullable String roots, boolean system) {
    return KeySetSettings.DEFAULTS.withReach(
        new Reach(true, address -> false, roots, system, Map.of()));
  }

  KeySetService service(KeySetSettings settings) {
    return new KeySetService(vertx, settings, meters, now::get, new Random(1), timers);
  }

  void restart(KeySetSettings settings) {
    await(service.close());
    service = service(settings);
  }

  KeySourceHealth health() {
    return service.health().getFirst();
  }

  void watch(KeySource... sources) {
    watch(PATIENCE, sources);
  }

  void watch(Duration timeout, KeySource... sources) {
    await(service.watch(Stream.of(sources).collect(Collectors.toMap(s -> s, s -> timeout))));
  }

  /** The set in force. */
  KeySet held() {
    return Objects.requireNonNull(service.current().get(source), "no set in force");
  }

  double count(String outcome) {
    return meters.counter("pilot_jwks_resolver_network_fetch_" + outcome + "_total").count();
  }
}
