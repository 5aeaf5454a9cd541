package io.heraldmesh.jwks;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One source whose origin answers when the test does; nothing goes over a network. */
class KeySetRefreshTest {
  private static final String KEYS =
      """
      {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "use": "sig", "alg": "EdDSA",
                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
      """;
  private static final KeySetSettings SETTINGS = KeySetSettings.DEFAULTS;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final ManualTimers timers = new ManualTimers();
  private final LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final WatchedSource source =
      new WatchedSource(new KeySource.Remote("https://issuer.test/jwks"), Duration.ofSeconds(1));
  private final KeySetRefresh refresh =
      new KeySetRefresh(
          SETTINGS,
          clock,
          timers,
          context,
          new Origin(),
          new Pauses(SETTINGS, new Random(1)),
          new KeySetMetrics(new SimpleMeterRegistry(), clock, "herald_jwks_", true),
          null,
          () -> {});

  private record Asked(KeySetOrigin.Wish wish, Promise<FetchedKeys> answer) {
    void keys() throws FetchFailure {
      answer.complete(FetchedKeys.parse(KEYS, null));
    }
  }

  private final class Origin implements KeySetOrigin {
    @Override
    public Future<FetchedKeys> fetch(Wish wish) {
      Promise<FetchedKeys> answer = Promise.promise();
      asked.add(new Asked(wish, answer));
      return answer.future();
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  /** There, as whatever a refresh is asked; returns when it is done. */
  private void onContext(Runnable work) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        go -> {
          work.run();
          done.complete();
        });
    Await.result(done.future());
  }

  private void fetch() {
    onContext(() -> refresh.fetch(source));
  }

  private void missed() {
    onContext(() -> refresh.fetchForUnknownKey(source));
  }

  private Asked next() throws InterruptedException {
    @Nullable Asked one = asked.poll(30, TimeUnit.SECONDS);
    if (one == null) {
      throw new AssertionError("nobody asked");
    }
    return one;
  }

  @Test
  void aGoodFetchIsFollowedByTheNextWhenTheSetIsOld() throws Exception {
    fetch();
    next().keys();

    ManualTimers.Entry again = timers.next();
    assertThat(again.delay())
        .isBetween(SETTINGS.refresh().multipliedBy(9).dividedBy(10), SETTINGS.refresh());
    again.fire();
    assertThat(next().wish().keyMissed()).isFalse();
  }

  @Test
  void aFailureLeavesTheSetAndSaysWhyAndComesBackSooner() throws Exception {
    fetch();
    next().keys();
    timers.next().fire();
    next().answer().fail("away");

    ManualTimers.Entry again = timers.next();
    assertThat(again.delay()).isLessThan(SETTINGS.refresh());
    assertThat(source.lastGood).isNotNull();
    assertThat(source.lastError).isEqualTo("away");
    assertThat(source.failures).isEqualTo(1);
  }

  @Test
  void twoWhoWantItAtOnceAreOneFetch() throws Exception {
    fetch();
    fetch();
    next().keys();
    timers.next();

    assertThat(asked).isEmpty();
  }

  @Test
  void aMissedKeyIsFetchedForAtOnceAndAgainOnlyAfterThePause() throws Exception {
    missed();
    Asked first = next();
    assertThat(first.wish().keyMissed()).isTrue();
    first.keys();
    timers.next();

    missed();
    ManualTimers.Entry end = timers.next();
    assertThat(end.delay()).isEqualTo(SETTINGS.unknownKeyPause());
    assertThat(asked).isEmpty();
    clock.advance(SETTINGS.unknownKeyPause());
    end.fire();
    assertThat(next().wish().keyMissed()).isTrue();
  }

  @Test
  void aMissedKeyWaitsNoLongerThanThePauseThoughTheClockWasSetBackByDays() throws Exception {
    missed();
    next().keys();
    timers.next();
    clock.advance(Duration.ofDays(-2));

    missed();
    assertThat(next().wish().keyMissed()).isTrue();
  }

  @Test
  void norWhenTheLastFetchFailedByAClockThatWasAhead() throws Exception {
    clock.advance(Duration.ofDays(2));
    fetch();
    Asked failing = next();
    clock.advance(Duration.ofDays(-2));
    failing.answer().fail("away");
    timers.next();

    missed();
    assertThat(next().wish().keyMissed()).isTrue();
  }

  @Test
  void norWhenTheControlPlaneSaysSo() throws Exception {
    fetch();
    FetchedKeys keys = FetchedKeys.parse(KEYS, null);
    next()
        .answer()
        .complete(new FetchedKeys(keys.set(), keys.json(), null, null, null, Duration.ofDays(2)));

    assertThat(timers.next().delay()).isLessThanOrEqualTo(SETTINGS.refresh());
    assertThat(timers.next().delay()).isEqualTo(SETTINGS.unknownKeyPause());
  }

  @Test
  void nothingBeginsAfterItIsClosed() throws Exception {
    fetch();
    onContext(refresh::close);
    next().keys();
    Await.result(source.fetched.future());
    fetch();
    missed();

    assertThat(asked).isEmpty();
  }
}
