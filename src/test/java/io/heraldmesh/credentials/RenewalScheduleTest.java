package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RenewalScheduleTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private final RenewalSchedule schedule = new RenewalSchedule(new Random(1));

  @Test
  void renewalsAreSpreadOverATenthOfALifeAroundItsHalf() {
    Duration life = Duration.ofHours(24);
    long[] minutes =
        IntStream.range(0, 10_000)
            .mapToLong(
                i -> Duration.between(NOW, schedule.renewal(NOW, NOW.plus(life))).toMinutes())
            .sorted()
            .toArray();

    assertThat(minutes[0]).isBetween(648L, 655L);
    assertThat(minutes[minutes.length - 1]).isBetween(785L, 792L);
    assertThat(minutes[minutes.length / 2]).isBetween(710L, 730L);
  }

  @Test
  void retriesDoubleFromOneSecondToOneHundredAndFifty() {
    int[] most = {1, 2, 4, 8, 16, 32, 64, 128, 150, 150, 150};
    for (int failures = 1; failures <= most.length; failures++) {
      for (int i = 0; i < 100; i++) {
        Duration wait = Duration.between(NOW, schedule.retry(NOW, failures));
        assertThat(wait.toMillis())
            .as("after " + failures + " failures")
            .isBetween(most[failures - 1] * 800L, most[failures - 1] * 1000L);
      }
    }
    assertThat(Duration.between(NOW, schedule.retry(NOW, 10_000)).toMillis()).isPositive();
  }
}
