package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What lasts is told once, and then ever more seldom. */
class FailuresInARowTest {
  private final FailuresInARow failures = new FailuresInARow();

  @Test
  void anHourOfFailuresEverySecondIsTwelveLines() {
    assertThat(IntStream.range(0, 3600).map(second -> failures.failed()).filter(told -> told > 0))
        .containsExactly(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048);
  }

  @Test
  void afterASuccessTheNextFailureIsTheFirst() {
    failures.failed();
    failures.failed();
    failures.failed();
    assertThat(failures.succeeded()).isEqualTo(3);
    assertThat(failures.succeeded()).isZero();
    assertThat(failures.failed()).isEqualTo(1);
  }
}
