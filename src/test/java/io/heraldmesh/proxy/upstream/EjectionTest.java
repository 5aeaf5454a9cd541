package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.OutlierDetection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An endpoint that fails in a row is left out, for longer each time, and comes back. */
class EjectionTest {
  private static final long SECOND = 1_000_000_000;

  private final Ejection ejection = new Ejection();

  /** Three 5xx in a row, or two of 502 to 504, are too many. */
  @ParameterizedTest
  @CsvSource({
    "500 500 500,         true",
    "500 501 599,         true",
    "500 500,             false",
    "500 500 200 500 500, false",
    "500 500 404 500 500, false",
    "502 504,             true",
    "503 500 503,         true",
    "503 200 503,         false",
    "502 500,             false",
    "200 404 302,         false",
  })
  void failuresInARowAreCounted(String answers, boolean out) {
    for (String status : answers.split(" ", -1)) {
      ejection.answered(Integer.parseInt(status), rules(3, 2, 1, 30), 0, () -> true);
    }
    assertThat(ejection.isOut(0)).isEqualTo(out);
  }

  @Test
  void zeroCountsNothing() {
    for (int i = 0; i < 100; i++) {
      ejection.answered(503, rules(0, 0, 1, 30), 0, () -> true);
    }
    assertThat(ejection.isOut(0)).isFalse();
  }

  @Test
  void itComesBackAtTheFirstLookAfterItsTime() {
    fail(rules(1, 0, 10, 25), 0);
    assertThat(ejection.isOut(29 * SECOND)).isTrue();
    assertThat(ejection.isOut(30 * SECOND)).isFalse();
  }

  @Test
  void noTimeIsTooLongToBeCounted() {
    Duration millennium = Duration.ofDays(365_000);
    fail(new OutlierDetection(1, 0, millennium, millennium, 100, 0), 0);
    assertThat(ejection.isOut(1_000_000 * SECOND)).isTrue();
  }

  @Test
  void eachTimeInARowIsLonger() {
    OutlierDetection rules = rules(1, 0, 10, 30);
    fail(rules, 0);
    fail(rules, 30 * SECOND);
    assertThat(ejection.isOut(89 * SECOND)).isTrue();
    assertThat(ejection.isOut(90 * SECOND)).isFalse();
    fail(rules, 90 * SECOND);
    assertThat(ejection.isOut(179 * SECOND)).isTrue();
    assertThat(ejection.isOut(180 * SECOND)).isFalse();
  }

  @Test
  void goodIntervalsMakeItShorterAgain() {
    OutlierDetection rules = rules(1, 0, 10, 30);
    fail(rules, 0);
    fail(rules, 30 * SECOND);
    fail(rules, 110 * SECOND); // back at 90 s, so two good intervals
    assertThat(ejection.isOut(139 * SECOND)).isTrue();
    assertThat(ejection.isOut(140 * SECOND)).isFalse();
  }

  @Test
  void neverLongerThanFiveMinutesUnlessTheBaseTimeIs() {
    OutlierDetection rules = rules(1, 0, 1, 200);
    fail(rules, 0);
    fail(rules, 200 * SECOND);
    assertThat(ejection.isOut(499 * SECOND)).isTrue();
    assertThat(ejection.isOut(500 * SECOND)).isFalse();
    Ejection other = new Ejection();
    other.answered(500, rules(1, 0, 1, 1000), 0, () -> true);
    assertThat(other.isOut(999 * SECOND)).isTrue();
    assertThat(other.isOut(1000 * SECOND)).isFalse();
  }

  @Test
  void whoMayNotBeLeftOutStaysAndIsCountedAnew() {
    ejection.answered(500, rules(2, 0, 1, 1), 0, () -> true);
    ejection.answered(500, rules(2, 0, 1, 1), 0, () -> false);
    ejection.answered(500, rules(2, 0, 1, 1), 0, () -> true);
    assertThat(ejection.isOut(0)).isFalse();
    ejection.answered(500, rules(2, 0, 1, 1), 0, () -> true);
    assertThat(ejection.isOut(0)).isTrue();
  }

  private void fail(OutlierDetection rules, long now) {
    assertThat(ejection.isOut(now)).isFalse();
    ejection.answered(500, rules, now, () -> true);
    assertThat(ejection.isOut(now)).isTrue();
  }

  private static OutlierDetection rules(int errors, int gateway, int interval, int base) {
    return new OutlierDetection(
        errors, gateway, Duration.ofSeconds(interval), Duration.ofSeconds(base), 100, 0);
  }
}
