package io.heraldmesh.jwks;

import static io.heraldmesh.jwks.KeyServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real https server; the clock and the timers are wound by hand. */
class KeySetServiceTest {
  private static Vertx vertx;
  private static String keysA;
  private static String keysB;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final ManualTimers timers = new ManualTimers();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private KeyServer server;
  private KeySource source;
  private KeySetService service;

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

  private KeySetSettings settings() {
    return KeySetSettings.DEFAULTS
        .withLoopback(true)
        .withTrustRoots(server.root, false)
        .withTimeout(Duration.ofSeconds(5));
  }

  private KeySetService service(KeySetSettings settings) {
    return new KeySetService(vertx, settings, meters, now::get, new Random(1), timers);
  }

  private void restart(KeySetSettings settings) {
    await(service.close());
    service = service(settings);
  }

  private KeySourceHealth health() {
    return await(service.health()).getFirst();
  }

  /** The set in force. */
  private KeySet held() {
    return Objects.requireNonNull(service.current().get(source), "no set in force");
  }

  private double count(String outcome) {
    return meters.counter("pilot_jwks_resolver_network_fetch_" + outcome + "_total").count();
  }

  @Test
  void aSourceIsFetchedAsSoonAsPolicyNamesIt() {
    assertThat(service.current().get(source)).isNull();
    await(service.watch(Set.of(source)));
    KeySet set = held();
    assertThat(set.keys()).hasSize(1);
    assertThat(health().usable()).isTrue();
    assertThat(health().digest()).isEqualTo(set.digest());
    assertThat(health().source()).isEqualTo(server.uri("/jwks"));
    assertThat(count("success")).isEqualTo(1);
    await(service.ready(source));
  }

  @Test
  void aSetIsRefreshedOnTimeAndSwappedWhole() throws InterruptedException {
    await(service.watch(Set.of(source)));
    KeySet before = held();
    ManualTimers.Entry refresh = timers.next();
    assertThat(refresh.delay()).isBetween(Duration.ofMinutes(18), Duration.ofMinutes(20));
    server.serve(keysB);
    refresh.fire();
    timers.next();
    assertThat(service.current().get(source)).isNotSameAs(before);
    assertThat(held().keys().getFirst().kid()).isEqualTo("b");
  }

  @Test
  void anUnknownKeyFetchesAgainAtMostOnceInHalfAMinute() throws InterruptedException {
    await(service.watch(Set.of(source)));
    ManualTimers.Entry refresh = timers.next();
    server.serve(keysB);
    for (int i = 0; i < 1000; i++) {
      service.current().unknownKey(source);
    }
    timers.next();
    assertThat(timers.isCancelled(refresh)).isTrue();
    assertThat(server.requests).hasValue(2);
    assertThat(held().keys().getFirst().kid()).isEqualTo("b");

    now.updateAndGet(t -> t.plusSeconds(29));
    service.current().unknownKey(source);
    now.updateAndGet(t -> t.plusSeconds(1));
    service.current().unknownKey(source);
    timers.next();
    assertThat(server.requests).hasValue(3);
  }

  @Test
  void anUnknownKeyOfASourceThatNobodyWatchesDoesNothing() {
    service.unknownKey(source);
    assertThat(await(service.health())).isEmpty();
    assertThat(server.requests).hasValue(0);
  }

  @Test
  void theLastGoodSetOutlivesTheServerAndRetriesSlowDown() throws InterruptedException {
    await(service.watch(Set.of(source)));
    KeySet before = held();
    server.close();
    ManualTimers.Entry next = timers.next();
    for (long seconds : List.of(1, 2, 4, 8, 16, 32, 60, 60)) {
      next.fire();
      next = timers.next();
      assertThat(next.delay())
          .isBetween(Duration.ofMillis(seconds * 900), Duration.ofSeconds(seconds));
    }
    assertThat(service.current().get(source)).isSameAs(before);
    assertThat(health().usable()).isTrue();
    assertThat(health().failures()).isEqualTo(8);
    assertThat(health().lastError()).contains("connection refused");
    assertThat(count("fail")).isEqualTo(8);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws InterruptedException {
    server.behave(request -> {});
    restart(settings().withTimeout(Duration.ofMillis(200)));
    await(service.watch(Set.of(source)));
    assertThat(service.current().get(source)).isNull();
    assertThat(health().lastError()).isEqualTo("no answer within 200 ms");
    server.serve(keysA);
    timers.next().fire();
    timers.next();
    assertThat(service.current().get(source)).isNotNull();
    assertThat(health().lastError()).isNull();
  }

  @Test
  void aServerThatDripsItsAnswerIsGivenUp() {
    server.behave(request -> request.response().setChunked(true).write("{\"keys\":["));
    restart(settings().withTimeout(Duration.ofMillis(300)));
    await(service.watch(Set.of(source)));
    assertThat(health().lastError()).isEqualTo("no answer within 300 ms");
  }

  @Test
  void anAnswerOfTenMegabytesIsRefusedAtOne() {
    server.serve("{\"keys\":[],\"x\":\"" + "x".repeat(10 << 20) + "\"}");
    await(service.watch(Set.of(source)));
    assertThat(service.current().get(source)).isNull();
    assertThat(health().lastError()).isEqualTo("answer is larger than 1048576 bytes");
  }

  @Test
  void aRedirectIsNotFollowed() {
    server.behave(
        request ->
            request
                .response()
                .setStatusCode(302)
                .putHeader("location", server.uri("/elsewhere"))
                .end());
    await(service.watch(Set.of(source)));
    assertThat(health().lastError()).isEqualTo("server answered with status 302");
    assertThat(server.requests).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "{\"keys\":null}",
        "{\"keys\":[]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
        "{\"keys\":[],\"keys\":[]}"
      })
  void whatIsNoUsableKeySetNeverReplacesAGoodOne(String answer) throws InterruptedException {
    await(service.watch(Set.of(source)));
    KeySet before = held();
    server.serve(answer);
    timers.next().fire();
    timers.next();
    assertThat(service.current().get(source)).isSameAs(before);
    assertThat(health().failures()).isEqualTo(1);
    assertThat(health().lastError()).isNotBlank();
  }

  @Test
  void aServerUnderAnotherRootIsRefused() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "localhost")) {
      other.serve(keysA);
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      await(service.watch(Set.of(there)));
      assertThat(service.current().get(there)).isNull();
      assertThat(health().lastError()).startsWith("TLS handshake failed");
      assertThat(other.requests).hasValue(0);
    }
  }

  @Test
  void aServerWhoseCertificateHasAnotherNameIsRefused() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "keys.test")) {
      other.serve(keysA);
      restart(settings().withTrustRoots(other.root, false));
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      await(service.watch(Set.of(there)));
      assertThat(service.current().get(there)).isNull();
      assertThat(health().lastError()).startsWith("TLS handshake failed");
    }
  }

  @Test
  void theSystemsRootsDoNotIncludeATestServer() {
    restart(settings().withTrustRoots(null, true));
    await(service.watch(Set.of(source)));
    assertThat(health().lastError()).startsWith("TLS handshake failed");
  }

  @Test
  void ownRootsMayStandBesideTheSystems() {
    restart(settings().withTrustRoots(server.root, true));
    await(service.watch(Set.of(source)));
    assertThat(service.current().get(source)).isNotNull();
  }

  @Test
  void trustInNothingOrInGarbageIsRefusedAtTheStart() {
    assertThatThrownBy(() -> service(settings().withTrustRoots(null, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no root is trusted");
    assertThatThrownBy(() -> service(settings().withTrustRoots("no PEM", false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trust roots for key sets");
  }

  @Test
  void loopbackIsRefusedUnlessAllowed() {
    restart(settings().withLoopback(false));
    await(service.watch(Set.of(source)));
    assertThat(health().lastError()).isEqualTo("host resolves to a loopback address");
    assertThat(server.requests).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://100.100.100.200/"
      })
  void linkLocalAndMetadataAddressesAreNeverAsked(String uri) {
    await(service.watch(Set.of(new KeySource.Remote(uri))));
    assertThat(health().lastError()).contains("link-local, metadata");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "jar:file:/x!/y",
        "ftp://127.0.0.1/",
        "https://user:pw@localhost/",
        "https:///nohost",
        "not a uri",
        ""
      })
  void addressesThatAreNoWebAddressesAreRefused(String uri) {
    await(service.watch(Set.of(new KeySource.Remote(uri))));
    assertThat(health().lastError()).startsWith("address");
    assertThat(health().toString()).doesNotContain("pw");
  }

  @Test
  void plainHttpWorksWhereAPolicySaysSo() {
    HttpServer plain =
        await(
            vertx
                .createHttpServer()
                .requestHandler(request -> request.response().end(keysA))
                .listen(0, "127.0.0.1"));
    KeySource there =
        new KeySource.Remote("http://127.0.0.1:" + plain.actualPort() + "/jwks?secret=1");
    await(service.watch(Set.of(there)));
    assertThat(service.current().get(there)).isNotNull();
    assertThat(health().source()).doesNotContain("secret");
    await(plain.close());
  }

  @Test
  void discoveryLeadsFromTheIssuerToItsKeys() {
    String issuer = server.uri("");
    server.behave(
        request ->
            request
                .response()
                .end(
                    request.path().equals("/.well-known/openid-configuration")
                        ? "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}"
                            .formatted(issuer, server.uri("/keys"))
                        : request.path().equals("/keys") ? keysA : ""));
    KeySource discovered = new KeySource.Discovered(issuer);
    await(service.watch(Set.of(discovered)));
    assertThat(service.current().get(discovered)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"issuer\":\"https://evil.test\",\"jwks_uri\":\"https://evil.test/keys\"}",
        "{\"issuer\":\"ISSUER\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"file:///etc/passwd\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http://169.254.169.254/\"}",
        "[]"
      })
  void aDiscoveryDocumentThatMisleadsIsRefused(String document) {
    server.serve(document.replace("ISSUER", server.uri("")));
    KeySource discovered = new KeySource.Discovered(server.uri(""));
    await(service.watch(Set.of(discovered)));
    assertThat(service.current().get(discovered)).isNull();
    assertThat(health().lastError()).isNotBlank();
    assertThat(server.requests).hasValue(1);
  }

  @Test
  void aSourceThatPolicyDropsIsForgottenAfterAWhile() throws InterruptedException {
    await(service.watch(Set.of(source)));
    ManualTimers.Entry refresh = timers.next();
    await(service.watch(Set.of()));
    ManualTimers.Entry forget = timers.next();
    assertThat(timers.isCancelled(refresh)).isTrue();
    assertThat(forget.delay()).isEqualTo(Duration.ofMinutes(10));
    assertThat(service.current().get(source)).as("still there for a policy on its way").isNotNull();
    assertThat(await(service.health())).isEmpty();
    forget.fire();
    await(service.health());
    assertThat(service.current().get(source)).isNull();
    assertThat(service.ready(source).failed()).isTrue();
  }

  @Test
  void aSourceThatComesBackInTimeKeepsItsSet() throws InterruptedException {
    await(service.watch(Set.of(source)));
    timers.next();
    KeySet before = held();
    await(service.watch(Set.of()));
    ManualTimers.Entry forget = timers.next();
    await(service.watch(Set.of(source)));
    assertThat(timers.isCancelled(forget)).isTrue();
    assertThat(service.current().get(source)).isNotNull();
    timers.next();
    assertThat(held().digest()).isEqualTo(before.digest());
  }

  @Test
  void inlineSetsNeedNoFetching() {
    await(service.watch(Set.of(new KeySource.Inline(keysA))));
    assertThat(await(service.health())).isEmpty();
  }

  @Test
  void oneBadSourceDoesNotHoldUpAGoodOne() {
    KeySource bad = new KeySource.Remote("https://localhost:1/jwks");
    await(service.watch(Set.of(bad, source)));
    assertThat(service.current().get(bad)).isNull();
    assertThat(service.current().get(source)).isNotNull();
  }

  @Test
  void aClosedServiceKeepsWhatItHasAndAsksNoMore() throws InterruptedException {
    await(service.watch(Set.of(source)));
    ManualTimers.Entry refresh = timers.next();
    await(service.close());
    assertThat(timers.isCancelled(refresh)).isTrue();
    refresh.fire();
    await(service.health());
    assertThat(service.current().get(source)).isNotNull();
    assertThat(server.requests).hasValue(1);
  }
}
