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
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real https server; the clock and the timers are wound by hand. */
class KeySetServiceTest {
  /** A fetch takes milliseconds, but the machine may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

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
    return under(server.root, false);
  }

  private static KeySetSettings under(@Nullable String roots, boolean system) {
    return KeySetSettings.DEFAULTS.withReach(
        new Reach(true, address -> false, roots, system, Map.of()));
  }

  private KeySetService service(KeySetSettings settings) {
    return new KeySetService(vertx, settings, meters, now::get, new Random(1), timers);
  }

  private void restart(KeySetSettings settings) {
    await(service.close());
    service = service(settings);
  }

  private KeySourceHealth health() {
    return service.health().getFirst();
  }

  private void watch(KeySource... sources) {
    watch(PATIENCE, sources);
  }

  private void watch(Duration timeout, KeySource... sources) {
    await(service.watch(Stream.of(sources).collect(Collectors.toMap(s -> s, s -> timeout))));
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
    watch(source);
    KeySet set = held();
    assertThat(set.keys()).hasSize(1);
    assertThat(health().usable()).isTrue();
    assertThat(health().digest()).isEqualTo(set.digest());
    assertThat(health().source()).isEqualTo(server.uri("/jwks"));
    assertThat(count("success")).isEqualTo(1);
  }

  @Test
  void aSetIsRefreshedOnTimeAndSwappedWhole() throws InterruptedException {
    watch(source);
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
  void anUnknownKeyFetchesAtOnceAndThenAtMostOnceInHalfAMinute() throws InterruptedException {
    watch(source);
    ManualTimers.Entry refresh = timers.next();
    server.serve(keysB);
    for (int i = 0; i < 1000; i++) {
      service.current().unknownKey(source);
    }
    ManualTimers.Entry second = timers.next();
    assertThat(timers.isCancelled(refresh)).isTrue();
    assertThat(server.requests).hasValue(2);
    assertThat(held().keys().getFirst().kid()).isEqualTo("b");

    now.updateAndGet(t -> t.plusSeconds(10));
    server.serve(keysA);
    for (int i = 0; i < 1000; i++) {
      service.current().unknownKey(source);
    }
    ManualTimers.Entry endOfPause = timers.next();
    assertThat(timers.isCancelled(second)).isTrue();
    assertThat(endOfPause.delay())
        .as("asked for within the pause, fetched at its end")
        .isEqualTo(Duration.ofSeconds(20));
    assertThat(server.requests).hasValue(2);
    now.updateAndGet(t -> t.plusSeconds(20));
    endOfPause.fire();
    timers.next();
    assertThat(server.requests).hasValue(3);
    assertThat(held().keys().getFirst().kid()).isEqualTo("a");

    service.current().unknownKey(source);
    assertThat(timers.next().delay()).as("again").isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void anUnknownKeyOfASourceThatNobodyWatchesDoesNothing() {
    service.current().unknownKey(source);
    watch();
    assertThat(service.health()).isEmpty();
    assertThat(server.requests).hasValue(0);
  }

  @Test
  void theLastGoodSetOutlivesTheServerAndIsAskedForAtLeisure() throws InterruptedException {
    watch(source);
    KeySet before = held();
    server.close();
    ManualTimers.Entry next = timers.next();
    for (long seconds : List.of(30, 60, 120, 240, 300, 300)) {
      next.fire();
      next = timers.next();
      assertThat(next.delay())
          .isBetween(Duration.ofSeconds(seconds), Duration.ofMillis(seconds * 1100));
    }
    assertThat(service.current().get(source)).isSameAs(before);
    assertThat(health().usable()).isTrue();
    assertThat(health().failures()).isEqualTo(6);
    assertThat(health().lastError()).contains("connection refused");
    assertThat(count("fail")).isEqualTo(6);
  }

  @Test
  void aSourceThatWasNeverReachedIsAskedSoonAgain() throws InterruptedException {
    server.close();
    watch(source);
    for (long seconds : List.of(1, 2, 4, 8, 15, 15)) {
      ManualTimers.Entry next = timers.next();
      assertThat(next.delay())
          .isBetween(Duration.ofSeconds(seconds), Duration.ofMillis(seconds * 1100));
      next.fire();
    }
  }

  @Test
  void whileTheServerIsAwayUnknownKeysCauseNoFurtherFetches() throws InterruptedException {
    watch(source);
    ManualTimers.Entry refresh = timers.next();
    server.behave(request -> request.response().setStatusCode(500).end());
    refresh.fire();
    ManualTimers.Entry retry = timers.next();
    for (int i = 0; i < 1000; i++) {
      service.current().unknownKey(source);
    }
    ManualTimers.Entry endOfPause = timers.next();
    assertThat(endOfPause.delay()).isEqualTo(Duration.ofSeconds(30));
    assertThat(timers.isCancelled(retry)).as("one timer, not two").isTrue();
    assertThat(server.requests).hasValue(2);
  }

  @Test
  void theTimeOfARuleIsTheTimeOfItsFetch() {
    server.behave(request -> vertx.setTimer(400, late -> request.response().end(keysA)));
    watch(Duration.ofMillis(50), source);
    assertThat(health().lastError()).isEqualTo("no answer within 50 ms");
    KeySource patient = new KeySource.Remote(server.uri("/patient"));
    watch(Duration.ofSeconds(10), patient);
    assertThat(service.current().get(patient)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "max-age=300, 300",
    "'public, MAX-AGE=300, must-revalidate', 300",
    "max-age=\"300\", 300",
    "max-age=1, 60",
    "max-age=86400, 1200",
    "no-store, 1200",
    "max-age=x, 1200",
    "max-age=99999999999, 1200",
    "s-maxage=60, 1200",
  })
  void anIssuerMayAskForAnEarlierRefreshWithinBounds(String cacheControl, long seconds)
      throws InterruptedException {
    server.behave(
        request -> request.response().putHeader("cache-control", cacheControl).end(keysA));
    watch(source);
    assertThat(timers.next().delay())
        .isBetween(Duration.ofMillis(seconds * 900), Duration.ofSeconds(seconds));
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws InterruptedException {
    server.behave(request -> {});
    watch(Duration.ofMillis(200), source);
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
    watch(Duration.ofMillis(300), source);
    assertThat(health().lastError()).isEqualTo("no answer within 300 ms");
  }

  @Test
  void anAnswerOfTenMegabytesIsRefusedAtOne() {
    server.serve("{\"keys\":[],\"x\":\"" + "x".repeat(10 << 20) + "\"}");
    watch(source);
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
    watch(source);
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
    watch(source);
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
      watch(there);
      assertThat(service.current().get(there)).isNull();
      assertThat(health().lastError()).startsWith("TLS handshake failed");
      assertThat(other.requests).hasValue(0);
    }
  }

  @Test
  void aServerWhoseCertificateHasAnotherNameIsRefused() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "keys.test")) {
      other.serve(keysA);
      restart(under(other.root, false));
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      watch(there);
      assertThat(service.current().get(there)).isNull();
      assertThat(health().lastError()).startsWith("TLS handshake failed");
    }
  }

  @Test
  void theSystemsRootsDoNotIncludeATestServer() {
    restart(under(null, true));
    watch(source);
    assertThat(health().lastError()).startsWith("TLS handshake failed");
  }

  @Test
  void ownRootsMayStandBesideTheSystems() {
    restart(under(server.root, true));
    watch(source);
    assertThat(service.current().get(source)).isNotNull();
  }

  @Test
  void trustInNothingOrInGarbageIsRefusedAtTheStart() {
    assertThatThrownBy(() -> service(under(null, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no root is trusted");
    assertThatThrownBy(() -> service(under("no PEM", false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trust roots for key sets");
  }

  @Test
  void loopbackIsRefusedUnlessAllowed() {
    restart(KeySetSettings.DEFAULTS);
    watch(source);
    assertThat(health().lastError()).isEqualTo("host resolves to a loopback address");
    assertThat(server.requests).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[fd00:ec2::254]/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://[2002:a9fe:a9fe::1]/"
      })
  void linkLocalAndMetadataAddressesAreNeverAsked(String uri) {
    watch(new KeySource.Remote(uri));
    assertThat(health().lastError()).contains("link-local, metadata");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "jar:file:/x!/y",
        "ftp://127.0.0.1/",
        "http://localhost/jwks",
        "https://user:pw@localhost/",
        "https:///nohost",
        "not a uri",
        ""
      })
  void addressesThatAreNoWebAddressesAreRefused(String uri) {
    watch(new KeySource.Remote(uri));
    assertThat(health().lastError()).startsWith("address");
    assertThat(health().toString()).doesNotContain("pw");
  }

  @Test
  void anAddressThatCanNeverBeAskedIsNotTriedAgainAndAgain() throws InterruptedException {
    watch(new KeySource.Discovered("joe@example.test"));
    assertThat(timers.next().delay()).isEqualTo(Duration.ofMinutes(20));
  }

  @Test
  void whatTheNodeFileBlocksIsNotAsked() {
    restart(
        KeySetSettings.DEFAULTS.withReach(
            new Reach(true, InetAddress::isLoopbackAddress, server.root, false, Map.of())));
    watch(source);
    assertThat(health().lastError())
        .isEqualTo("host resolves to an address that spec.jwks.blocked names");
    assertThat(server.requests).hasValue(0);
  }

  @Test
  void aServerMayHaveRootsOfItsOwnWhichAloneAreTrusted() throws Exception {
    try (KeyServer other = KeyServer.start(vertx, "localhost")) {
      other.serve(keysA);
      restart(withServerRoots("localhost:" + other.port(), other.root));
      KeySource there = new KeySource.Remote(other.uri("/jwks"));
      watch(source, there);
      assertThat(service.current().get(there)).isNotNull();
      assertThat(service.current().get(source)).as("the others as before").isNotNull();

      restart(withServerRoots("localhost", other.root));
      watch(source);
      assertThat(health().lastError())
          .as("the common roots do not count for it")
          .startsWith("TLS handshake failed");
    }
  }

  private KeySetSettings withServerRoots(String host, String pem) {
    return KeySetSettings.DEFAULTS.withReach(
        new Reach(true, address -> false, server.root, false, Map.of(host, pem)));
  }

  @Test
  void theQueryOfAnAddressMayHoldASecretAndIsNotShown() {
    watch(new KeySource.Remote(server.uri("/jwks?secret=1")));
    assertThat(health().usable()).isTrue();
    assertThat(health().source()).isEqualTo(server.uri("/jwks"));
  }

  @Test
  void manyRulesAreOneFetch() {
    server.behave(request -> vertx.setTimer(50, late -> request.response().end(keysA)));
    Map<KeySource, Duration> same = Map.of(source, PATIENCE);
    await(Future.all(service.watch(same), service.watch(same), service.watch(same)));
    assertThat(held().keys()).hasSize(1);
    assertThat(server.requests).hasValue(1);
  }

  @Test
  void eachSourceHasItsSeries() {
    KeySource bad = new KeySource.Remote("https://localhost:1/jwks");
    watch(source, bad);
    now.updateAndGet(t -> t.plusSeconds(7));
    assertThat(gauge("herald_jwks_age_seconds", source)).isEqualTo(7);
    assertThat(gauge("herald_jwks_keys", source)).isEqualTo(1);
    assertThat(gauge("herald_jwks_keys", bad)).isZero();
    assertThat(gauge("herald_jwks_failures", bad)).isEqualTo(1);
    assertThat(meters.find("herald_jwks_age_seconds").gauges()).hasSize(1);
    watch();
    assertThat(meters.find("herald_jwks_keys").gauges()).isEmpty();
  }

  private double gauge(String name, KeySource of) {
    return meters.get(name).tag("source", ((KeySource.Remote) of).uri()).gauge().value();
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
    watch(discovered);
    assertThat(service.current().get(discovered)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"issuer\":\"https://evil.test\",\"jwks_uri\":\"https://evil.test/keys\"}",
        "{\"issuer\":\"ISSUER\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"file:///etc/passwd\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"https://169.254.169.254/\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http://localhost/\"}",
        "[]"
      })
  void aDiscoveryDocumentThatMisleadsIsRefused(String document) {
    server.serve(document.replace("ISSUER", server.uri("")));
    KeySource discovered = new KeySource.Discovered(server.uri(""));
    watch(discovered);
    assertThat(service.current().get(discovered)).isNull();
    assertThat(health().lastError()).isNotBlank();
    assertThat(server.requests).hasValue(1);
  }

  @Test
  void aSourceThatPolicyDropsIsForgottenAfterAWhile() throws InterruptedException {
    watch(source);
    ManualTimers.Entry refresh = timers.next();
    watch();
    ManualTimers.Entry forget = timers.next();
    assertThat(timers.isCancelled(refresh)).isTrue();
    assertThat(forget.delay()).isEqualTo(Duration.ofMinutes(10));
    assertThat(service.current().get(source)).as("still there for a policy on its way").isNotNull();
    assertThat(service.health()).isEmpty();
    forget.fire();
    watch();
    assertThat(service.current().get(source)).isNull();
  }

  @Test
  void aSourceThatComesBackInTimeKeepsItsSet() throws InterruptedException {
    watch(source);
    timers.next();
    KeySet before = held();
    watch();
    ManualTimers.Entry forget = timers.next();
    watch(source);
    assertThat(timers.isCancelled(forget)).isTrue();
    assertThat(service.current().get(source)).isNotNull();
    timers.next();
    assertThat(held().digest()).isEqualTo(before.digest());
  }

  @Test
  void inlineSetsNeedNoFetching() {
    watch(new KeySource.Inline(keysA));
    assertThat(service.health()).isEmpty();
  }

  @Test
  void oneBadSourceDoesNotHoldUpAGoodOne() {
    KeySource bad = new KeySource.Remote("https://localhost:1/jwks");
    watch(bad, source);
    assertThat(service.current().get(bad)).isNull();
    assertThat(service.current().get(source)).isNotNull();
  }

  @Test
  void aClosedServiceKeepsWhatItHasAndAsksNoMore() throws InterruptedException {
    watch(source);
    ManualTimers.Entry refresh = timers.next();
    await(service.close());
    assertThat(timers.isCancelled(refresh)).isTrue();
    refresh.fire();
    watch();
    assertThat(service.current().get(source)).isNotNull();
    assertThat(server.requests).hasValue(1);
  }
}
