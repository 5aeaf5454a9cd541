package io.heraldmesh.proxy.overload;

import static io.heraldmesh.proxy.overload.OverloadLevel.NORMAL;
import static io.heraldmesh.proxy.overload.OverloadLevel.REFUSING;
import static io.heraldmesh.proxy.overload.OverloadLevel.SAVING;
import static io.heraldmesh.proxy.overload.OverloadLevel.SHEDDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdsTest {
  private static final Thresholds AT_90 = Thresholds.shedAt(90);

  @ParameterizedTest
  @CsvSource({
    // now, share, next
    "NORMAL,   0,    NORMAL",
    "NORMAL,   0.79, NORMAL",
    "NORMAL,   0.80, SAVING",
    "NORMAL,   0.90, SHEDDING",
    "NORMAL,   0.95, REFUSING",
    "NORMAL,   1.5,  REFUSING",
    "SAVING,   0.76, SAVING",
    "SAVING,   0.74, NORMAL",
    "SAVING,   0.93, SHEDDING",
    "SHEDDING, 0.86, SHEDDING",
    "SHEDDING, 0.84, SAVING",
    "SHEDDING, 0.50, NORMAL",
    "REFUSING, 0.91, REFUSING",
    "REFUSING, 0.89, SHEDDING",
    "REFUSING, 0.82, SAVING",
    "REFUSING, 0.10, NORMAL"
  })
  void aLevelIsReachedAtOnceAndLeftFivePointsBelow(
      OverloadLevel now, double share, OverloadLevel next) {
    assertThat(AT_90.next(now, share)).isEqualTo(next);
  }

  @Test
  void theOthersFollowTheOneThatIsSet() {
    assertThat(Thresholds.shedAt(60).next(NORMAL, 0.5)).isEqualTo(SAVING);
    assertThat(Thresholds.shedAt(60).next(NORMAL, 0.79)).isEqualTo(SHEDDING);
    assertThat(Thresholds.shedAt(60).next(NORMAL, 0.8)).isEqualTo(REFUSING);
    assertThat(Thresholds.shedAt(98).next(NORMAL, 0.98)).isEqualTo(SHEDDING);
    assertThat(Thresholds.shedAt(50).next(NORMAL, 0.45)).isEqualTo(SAVING);
  }

  @Test
  void thresholdsThatDoNotRiseAreRefused() {
    assertThatThrownBy(() -> new Thresholds(0.9, 0.8, 0.95))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Thresholds(0.8, 0.9, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Thresholds(0.8, Double.NaN, 0.95))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
