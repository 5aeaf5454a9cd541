package io.heraldmesh.jwks;

import static io.heraldmesh.jwks.KeyServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When key sets are fetched, refreshed, kept and dropped. */
class KeySetServiceTest extends KeySetServiceFixture {
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
